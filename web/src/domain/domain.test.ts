import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { FormSectionView, FormView, QuestionView, SyncView } from '../core/types';
import { byClock, CLOCKS, partOf, phoneTime, readTime, writeTime } from './clocks';
import { edtfWords, localDay, momentWords, readEdtf, writeEdtf } from './dates';
import { regionView, roomForLabels, toDegrees, toScreen, zoom } from './map';
import { suggestPassphrase } from './passphrase';
import { isRecording, takesRecordings } from './recordings';
import { standing } from './standing';
import { entrySteps, flashSteps, stepsOf } from './steps';
import { kilobytes, syncSentence } from './syncing';
import { isSecondTap } from './taps';

describe('a date, as exactly as it is known', () => {
  it('is read and written back unchanged', () => {
    for (const text of ['2021-04-29', '2021-04-29~', '2021-04', '2021', '2021?', '2021-04%']) expect(writeEdtf(readEdtf(text)!)).toBe(text);
  });
  it('may spell out what is unknown', () => {
    expect(readEdtf('2021-XX-XX')).toMatchObject({ year: 2021, month: undefined, day: undefined });
  });
  it('is shown in the reader’s language', () => {
    const now = new Date(2026, 0, 1);
    expect(edtfWords('2021-04-29', 'ru', 'около', now)).toBe('29 апреля 2021');
    expect(edtfWords('2021-04', 'ru', 'около', now)).toBe('апрель 2021');
    expect(edtfWords('2021-04-29~', 'ky', 'болжол менен', now)).toBe('болжол менен 2021-ж. 29-апрель');
    expect(edtfWords('2026-03-02', 'en', 'about', now)).toBe('2 March');
    expect(edtfWords('2021?', 'en', 'about', now)).toBe('2021 (?)');
  });
  it('is shown as it is when nobody can read it', () => {
    expect(edtfWords('<script>', 'en', 'about')).toBe('<script>');
  });
  it('crosses the month', () => {
    expect(localDay(new Date(2026, 2, 1), 1)).toBe('2026-02-28');
  });
});

it('a moment of today is a clock time', () => {
  const near = { today: 'today', yesterday: 'yesterday' };
  const now = new Date(2026, 4, 2, 14, 30);
  expect(momentWords(new Date(2026, 4, 2, 9, 5).getTime(), 'en', near, now)).toBe('today 9:05');
  expect(momentWords(new Date(2026, 4, 1, 23, 59).getTime(), 'en', near, now)).toBe('yesterday 23:59');
  expect(momentWords(new Date(2026, 3, 29, 18, 10).getTime(), 'en', near, now)).toBe('29 April, 18:10');
});

describe('two clocks', () => {
  const parts = readTime({ at: '2021-04-29T05:45:00+06:00', precision: 'minute' })!;
  it('show one instant', () => {
    expect(byClock(parts, CLOCKS.tj)).toBe('04:45');
    expect(byClock({ ...parts, clock: '00:10' }, CLOCKS.tj)).toBe('23:10');
    expect(byClock({ ...parts, offset: CLOCKS.tj, clock: '23:30' }, CLOCKS.kg)).toBe('00:30');
  });
  it('survive being written', () => {
    expect(readTime(writeTime(parts, new Date()))).toEqual(parts);
  });
  it('come with what the phone said', () => {
    expect(phoneTime(new Date())).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  });
  it('know the parts of the day', () => {
    expect(['02:00', '08:00', '14:00', '20:00', '23:30'].map(partOf)).toEqual(['night', 'morning', 'day', 'evening', 'night']);
  });
});

function question(name: string, kind: QuestionView['kind'], stage: QuestionView['stage'] = 'complete'): QuestionView {
  return { name, kind, stage, label: name, hint: null, guidance: null, list: null, min: null, max: null };
}
function section(name: string, questions: QuestionView[], repeat = false): FormSectionView {
  return { name, label: name, guidance: null, repeat, questions };
}

describe('the steps through a form', () => {
  const form: FormView = {
    id: 'f', version: 1, flash: ['what', 'day', 'hour', 'hurt_men'],
    sections: [
      section('a', [question('what', 'select_multiple'), question('day', 'date'), question('hour', 'time')]),
      section('harm', [question('care', 'note'), question('hurt_men', 'integer'), question('hurt_women', 'integer'), question('dead', 'integer'), question('story', 'narrative')]),
      section('people', [question('role', 'select_one'), question('sex', 'select_one')], true),
      section('water', [question('gate', 'text')]),
      section('review', [question('status', 'select_one', 'review')]),
    ],
  };
  const all = new Set(['a', 'harm', 'people', 'review', 'what', 'day', 'hour', 'care', 'hurt_men', 'hurt_women', 'dead', 'story', 'status']);

  it('ask one thing a screen, counts together, notes with what follows', () => {
    const steps = stepsOf(form, all);
    expect(steps.map(({ key }) => key)).toEqual(['what', 'day', 'hour', 'hurt_men', 'dead', 'story', 'people']);
    const harm = steps[3]!;
    expect(harm.kind === 'questions' && [harm.notes.length, harm.questions.length]).toEqual([1, 2]);
  });

  it('leave out what is not relevant', () => {
    expect(stepsOf(form, new Set(['a', 'what'])).map(({ key }) => key)).toEqual(['what']);
  });

  it('follow what is relevant in one entry', () => {
    const people = form.sections[2]!;
    expect(entrySteps(people, 'x', new Set(['people'])).map(({ key }) => key)).toEqual(['role', 'sex']);
    expect(entrySteps(people, 'x', new Set(['people/x/role'])).map(({ key }) => key)).toEqual(['role']);
  });

  it('put a time on the screen of its date in a flash report', () => {
    expect(flashSteps(form).map((step) => step.map(({ name }) => name))).toEqual([['what'], ['day', 'hour'], ['hurt_men']]);
  });
});

describe('a report’s state', () => {
  it('never says more than is so', () => {
    const say = (stage: string, delivery: 'draft' | 'on_device' | 'stored' | 'received', review: string | null = null) => standing({ stage, delivery, review }).kind;
    expect(say('draft', 'draft')).toBe('draft');
    expect(say('sent', 'on_device')).toBe('on_device');
    expect(say('sent', 'on_device', 'verified')).toBe('on_device');
    expect(say('sent', 'received', 'verified')).toBe('reviewed');
    expect(say('sent', 'received', 'new')).toBe('received');
    expect(say('withdrawn', 'received', 'verified')).toBe('withdrawn');
  });
});

describe('a recording', () => {
  const question = (...codes: string[]) => ({ name: 'q', kind: 'select_one', label: '', hint: null, guidance: null, list: codes.map((code) => ({ code, label: code, folded: code })), stage: 'complete', min: null, max: null }) as QuestionView;
  const section = (...questions: QuestionView[]): FormSectionView => ({ name: 's', label: '', guidance: null, repeat: true, questions });
  const entry = (value: string) => ({ id: 'e', removed: null, edited_after_removal: false, fields: [{ path: 's/e/q', question: 'q', label: '', answer: { type: 'choice' as const, value }, text: value, versions: [], was_conflicted: false }] });
  it('has its place where a kind of source can be chosen', () => {
    expect(takesRecordings(section(question('witness'), question('interview', 'photo', 'video', 'audio')))).toBe(true);
    expect(takesRecordings(section(question('victim', 'witness')))).toBe(false);
  });
  it('has a place in the form as it is', () => {
    const { labels } = JSON.parse(readFileSync(new URL('../../../client-core/assets/labels/en.json', import.meta.url), 'utf8')) as { labels: Record<string, string> };
    const codes = Object.keys(labels).filter((key) => key.startsWith('choice.src_kind.')).map((key) => key.slice('choice.src_kind.'.length));
    expect(takesRecordings(section(question(...codes)))).toBe(true);
  });
  it('is a source of its kind', () => {
    expect(['photo', 'video', 'audio', 'interview'].map((kind) => isRecording(entry(kind)))).toEqual([true, true, true, false]);
  });
});

describe('what waits', () => {
  const quiet: SyncView = { enrolled: true, approved: true, revoked: false, phase: 'idle', waiting_reports: 0, waiting_bytes: 0, to_fetch: 0, last_success_ms: 1, next_try_ms: null, trouble: null, alarms: [], skew_ms: null };
  it('is said in one sentence', () => {
    expect(syncSentence(quiet)).toMatchObject({ tone: 'calm', key: 'sync.nothing' });
    expect(syncSentence({ ...quiet, phase: 'offline', waiting_reports: 2 })).toMatchObject({ tone: 'waiting', key: 'sync.waiting.offline', n: 2 });
    expect(syncSentence({ ...quiet, last_success_ms: null })).toMatchObject({ tone: 'waiting', key: 'Sync.unenrolled' });
    expect(syncSentence({ ...quiet, phase: 'running', waiting_reports: 1 }).tone).toBe('busy');
    expect(syncSentence({ ...quiet, alarms: ['fork'], waiting_reports: 1 }).tone).toBe('heed');
    expect(syncSentence({ ...quiet, enrolled: false, trouble: 'invite_expired', waiting_reports: 1 })).toMatchObject({ tone: 'heed', key: 'error.invite_expired' });
    expect(syncSentence({ ...quiet, trouble: 'invite_expired' }).tone).toBe('calm');
    expect(syncSentence({ ...quiet, revoked: true, alarms: ['fork'] }).key).toBe('sync.revoked');
  });
  it('has a size that can be pictured', () => {
    expect([0, 900, 12_345, 2_500_000].map(kilobytes)).toEqual(['1 kB', '1 kB', '12 kB', '2.5 MB']);
  });
});

describe('a press', () => {
  const press = (timeStamp: number, detail: number, pointerType = 'mouse') => ({ timeStamp, detail, pointerType });
  it('that belongs to the one before is no answer to what that one brought up', () => {
    expect(isSecondTap(press(1_200, 2), 1_000)).toBe(true);
    expect(isSecondTap(press(1_200, 1, 'touch'), 1_000)).toBe(true);
    expect(isSecondTap(press(990, 1, 'touch'), 1_000)).toBe(true);
  });
  it('by somebody who had time to read is one', () => {
    expect(isSecondTap(press(1_500, 2), 1_000)).toBe(false);
    expect(isSecondTap(press(1_500, 1, 'touch'), 1_000)).toBe(false);
    expect(isSecondTap(press(5, 1, 'touch'), -Infinity)).toBe(false);
  });
  it('of a key or of a single click counts at once', () => {
    expect(isSecondTap(press(1_010, 0, ''), 1_000)).toBe(false);
    expect(isSecondTap(press(1_010, 1), 1_000)).toBe(false);
  });
});

describe('the map', () => {
  const size = { width: 360, height: 500 };
  const view = regionView(size);
  it('leads to the screen and back', () => {
    const [x, y] = toScreen(view, size, 70.5, 39.9);
    const back = toDegrees(view, size, x, y);
    expect(back.lon).toBeCloseTo(70.5);
    expect(back.lat).toBeCloseTo(39.9);
  });
  it('keeps the point under the finger when it zooms', () => {
    const before = toDegrees(view, size, 100, 100);
    const after = toDegrees(zoom(view, size, 2, 100, 100), size, 100, 100);
    expect(after.lon).toBeCloseTo(before.lon);
    expect(after.lat).toBeCloseTo(before.lat);
  });
  it('writes no label over another', () => {
    const points = [{ x: 50, y: 50, label: 'Kok-Tash' }, { x: 55, y: 52, label: 'Ak-Say' }, { x: 50, y: 120, label: 'Maksat' }];
    expect([...roomForLabels(points, size)].map(({ label }) => label)).toEqual(['Kok-Tash', 'Maksat']);
  });
});

it('a suggested passphrase has five words and follows the dice', () => {
  const zeros = (bytes: Uint8Array) => bytes.fill(0);
  expect(suggestPassphrase('en', zeros)).toBe('baba baba baba baba baba');
  expect(suggestPassphrase('ky', zeros)).toBe('баба баба баба баба баба');
  const counting = (bytes: Uint8Array) => bytes.map((_, at) => at * 6);
  expect(new Set(suggestPassphrase('uz', counting).split(' ')).size).toBe(5);
});
