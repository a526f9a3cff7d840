import { describe, expect, it } from 'vitest';
import type { ReportSummary } from '../core/types';
import { clusters } from './clusters';
import { viewOf } from './map';
import { writers } from './authors';
import { daySpan, dayOf, mondayOf, writeDay } from './days';
import { difference } from './difference';
import { axis, countBy, harm, timeline } from './figures';
import { likeThis } from './likeness';
import { chips, facets, isEmpty, sameFilter, toggled, without } from './narrow';
import { awaitingMe, bySilence, howLong, presence, skewed, vouches } from './presence';
import { shortcut } from './shortcut';
import { obstacles } from './verdict';
import { inSight, scrollFor } from './window';

const aida = { device: 'a', name: 'Aida', role: 'monitor' as const, me: false };
let last = 0;
const report = (given: Partial<ReportSummary> = {}): ReportSummary => ({
  id: String(++last), title: '', types: [], place: null, district: null, lat: null, lon: null, date: null, injured: null, killed: null, excerpt: '', stage: 'sent', delivery: 'received', author: aida,
  changed_ms: 0, arrived_ms: 0, unread: false, conflicts: 0, questions: 0, review: null, changed_since_review: false, urgent: false, language: null, ...given,
});
describe('a difference', () => {
  const shown = (old: string, now: string) => difference(old, now).map(({ kind, text }) => ({ same: '=', gone: '-', new: '+' })[kind] + text);
  it('shows the words that went and came', () => {
    expect(shown('25 people were hurt', '187 people were badly hurt')).toEqual(['-25', '+187', '= people were', '+ badly', '= hurt']);
  });
  it('keeps words of our alphabets whole', () => {
    expect(shown('Өрүктөр өстү', 'Өрүктөр күйдү')).toEqual(['=Өрүктөр ', '-өстү', '+күйдү']);
  });
  it('is everything when there was nothing', () => {
    expect(shown('', 'new')).toEqual(['+new']);
    expect(shown('old', '')).toEqual(['-old']);
    expect(difference('', '')).toEqual([]);
  });
  it('gives both texts back, whatever they are', () => {
    const [old, now] = ['a b  c, d! <b>e</b> \u202Ef', 'a c d, <i>e</i> \u202Eg b'];
    const pieces = difference(old, now);
    expect(pieces.filter(({ kind }) => kind !== 'new').map(({ text }) => text).join('')).toBe(old);
    expect(pieces.filter(({ kind }) => kind !== 'gone').map(({ text }) => text).join('')).toBe(now);
  });
  it('does not stop at a megabyte', () => {
    const started = Date.now();
    const long = Array.from({ length: 120_000 }, (_, at) => `word${at}`).join(' ');
    difference(long, long.split(' ').reverse().join(' '));
    expect(Date.now() - started).toBeLessThan(2000);
  });
});

describe('days', () => {
  it('reads what is known less exactly', () => {
    expect(daySpan('2021-04-29')).toEqual({ first: dayOf(2021, 4, 29), last: dayOf(2021, 4, 29) });
    expect(daySpan('2021-04-29~')).toEqual({ first: dayOf(2021, 4, 29), last: dayOf(2021, 4, 29) });
    expect(daySpan('2021-02')).toEqual({ first: dayOf(2021, 2, 1), last: dayOf(2021, 2, 28) });
    expect(daySpan('2021?')).toEqual({ first: dayOf(2021, 1, 1), last: dayOf(2021, 12, 31) });
    expect(daySpan('2021-04-28/2021-05-01')).toEqual({ first: dayOf(2021, 4, 28), last: dayOf(2021, 5, 1) });
    expect(daySpan('spring')).toBeNull();
  });
  it('starts weeks on Monday', () => {
    expect(writeDay(mondayOf(dayOf(2021, 4, 29)))).toBe('2021-04-26');
    expect(writeDay(mondayOf(dayOf(1969, 12, 28)))).toBe('1969-12-22');
  });
});

describe('likeness', () => {
  const shots = report({ date: '2021-04-29', place: 'Kok-Tash', lat: 39.87, lon: 70.57, types: ['shelling'] });
  it('offers what is near in time and place, with the reasons', () => {
    const near = report({ date: '2021-04-30', place: 'Golovnoi', lat: 39.871, lon: 70.58, types: ['shelling', 'property'] });
    const far = report({ date: '2021-04-29', place: 'Isfana', lat: 39.84, lon: 69.53, types: ['water'] });
    const [like, ...rest] = likeThis(shots, [shots, near, far]);
    expect(rest).toEqual([]);
    expect(like!.report).toBe(near);
    expect(like!.reasons).toEqual([{ kind: 'days', n: 1 }, { kind: 'km', n: 1 }, { kind: 'same_type', types: ['shelling'] }]);
  });
  it('does not join what only has a type in common, or what only a year is known of', () => {
    expect(likeThis(shots, [report({ date: '2021', types: ['shelling'] }), report({ types: ['shelling'] })])).toEqual([]);
  });
});

describe('the map', () => {
  it('draws what lies close as one, wherever the cells have their edges', () => {
    const reports = [report({ lat: 40, lon: 70.0999 }), report({ lat: 40, lon: 70.1601 }), report({ lat: 39.2, lon: 71 }), report()];
    for (let shift = 0; shift < 0.2; shift += 0.01) {
      const moved = reports.map((one) => ({ ...one, lon: one.lon === null ? null : one.lon + shift }));
      expect(clusters(moved, 400, 44).map((cluster) => cluster.reports.length)).toEqual([2, 1]);
    }
  });
  it('shows all points at first, and the region when there are none', () => {
    const size = { width: 600, height: 400 };
    expect(viewOf([], size)).toMatchObject({ lon: 70.85 });
    const view = viewOf([{ lat: 39.5, lon: 69.5 }, { lat: 40.5, lon: 71.5 }], size);
    expect(view).toMatchObject({ lon: 70.5, lat: 40 });
    expect(view.scale).toBeLessThanOrEqual(400);
  });
});

describe('figures', () => {
  const some = [
    report({ types: ['water'], date: '2021-04-29', injured: 25, killed: 1, conflicts: 1 }),
    report({ types: ['water', 'land'], date: '2021-05-10', injured: 3 }),
    report({ types: ['land'], date: '2021', injured: 100, stage: 'withdrawn' }),
  ];
  it('count a report once for each type', () => {
    expect(countBy(some, ({ types }) => types)).toEqual([{ key: 'land', n: 2 }, { key: 'water', n: 2 }]);
  });
  it('leave out what was withdrawn, and say where people differ', () => {
    expect(harm(some, 'injured')).toEqual({ sum: 28, reports: 2, differ: 1 });
  });
  it('show quiet weeks too, and what has no date', () => {
    const { unit, bins, undated } = timeline(some, 'week');
    expect(unit).toBe('week');
    expect(bins.map(({ from, n }) => [from, n])).toEqual([['2021-04-26', 1], ['2021-05-03', 0], ['2021-05-10', 1]]);
    expect(undated).toBe(1);
  });
  it('have round numbers at the side', () => {
    expect(axis(0)).toEqual({ top: 1, ticks: [1] });
    expect(axis(187)).toEqual({ top: 200, ticks: [50, 100, 150, 200] });
    expect(axis(9).top).toBeGreaterThanOrEqual(9);
  });
});

describe('filters', () => {
  it('are shown and taken away one by one', () => {
    const filter = { types: ['water', 'land'], urgent: true, from: '2021-01-01' };
    expect(chips(filter).map((chip) => chip.kind)).toEqual(['flag', 'list', 'list', 'from']);
    const left = chips(filter).reduce(without, filter);
    expect(isEmpty(left)).toBe(true);
  });
  it('are the same in any order', () => {
    expect(sameFilter({ types: ['a', 'b'], urgent: false, limit: 5 }, { types: ['b', 'a'], query: null })).toBe(true);
    expect(toggled(toggled({}, 'authors', ['x', 'y']), 'authors', ['x', 'y']).authors).toEqual([]);
  });
  it('put two phones of one person together', () => {
    const { authors } = facets([report(), report({ author: { ...aida, device: 'b' } })]);
    expect(authors).toEqual([{ devices: ['a', 'b'], author: aida, n: 2 }]);
  });
});

describe('a long list', () => {
  it('draws only what is in sight', () => {
    expect(inSight(8000, 800, 80, 10_000)).toEqual({ from: 94, to: 116 });
    expect(inSight(0, 800, 80, 3)).toEqual({ from: 0, to: 3 });
  });
  it('scrolls no further than needed', () => {
    expect(scrollFor(5, 0, 800, 80)).toBeNull();
    expect(scrollFor(10, 0, 800, 80)).toBe(80);
    expect(scrollFor(2, 400, 800, 80)).toBe(160);
  });
});

describe('shortcuts', () => {
  const press = (key: string, code: string, more = {}) => shortcut({ key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
  it('go by the place of the key, so that a Cyrillic layout does', () => {
    expect(press('о', 'KeyJ')).toBe('next');
    expect(press('.', 'Slash')).toBe('search');
    expect(press(',', 'Slash', { shiftKey: true })).toBe('help');
    expect(press('3', 'Digit3')).toEqual({ view: 2 });
  });
  it("leave the browser's own alone", () => {
    expect(press('f', 'KeyF', { ctrlKey: true })).toBeNull();
  });
});

describe('presence', () => {
  const device = (name: string, status: string, last_seen_ms: number | null) => ({ ...aida, member: name, name, status, reason: null, safety_number: '', last_seen_ms, skew_ms: null, forked: false, recovered: false });
  const day = 86_400_000;
  it('tells the silent from the quiet', () => {
    expect(presence({ status: 'active', last_seen_ms: 0 }, 15 * day)).toBe('silent');
    expect(presence({ status: 'active', last_seen_ms: 0 }, 4 * day)).toBe('quiet');
    expect(presence({ status: 'revoked', last_seen_ms: 0 }, 4 * day)).toBe('shut_out');
    expect(presence({ status: 'active', last_seen_ms: null }, 0)).toBe('never');
  });
  it('puts the longest silence first and those shut out last', () => {
    expect(bySilence([device('now', 'active', 9), device('gone', 'revoked', 0), device('never', 'active', null), device('old', 'active', 1)], 10).map(({ name }) => name)).toEqual(['never', 'old', 'now', 'gone']);
  });
  it('lets nobody in who waits herself', () => {
    const of = (me: string) => [{ ...device('me', me, 0), me: true }, device('one', 'pending', null), device('two', 'unverified', 0), device('three', 'active', 0)];
    expect(awaitingMe(of('active')).map(({ name }) => name)).toEqual(['one', 'two']);
    expect(awaitingMe(of('pending'))).toEqual([]);
    expect([vouches(of('active')), vouches(of('pending'))]).toEqual([true, false]);
  });
  it('says it in a unit that says enough', () => {
    expect(howLong(0)).toEqual({ unit: 'minutes', n: 1 });
    expect(howLong(90 * 60_000)).toEqual({ unit: 'hours', n: 2 });
    expect(howLong(9 * day)).toEqual({ unit: 'days', n: 9 });
    expect(skewed({ status: 'active', skew_ms: -5_400_000 })).toBe(true);
  });
});

it('what stands between a report and its verification is named', () => {
  const hints = [{ path: 'place', kind: 'missing_for_review', label: 'Where' }, { path: 'x', kind: 'odd', label: 'X' }];
  expect(obstacles({ summary: report({ conflicts: 2 }), hints })).toEqual([{ kind: 'conflicts', n: 2 }, { kind: 'missing', hints: [hints[0]] }]);
  expect(obstacles({ summary: report(), hints: [] })).toEqual([]);
});

it('writers keep their mark, and who wrote most comes first', () => {
  const other = { ...aida, device: 'b', name: 'Bermet' };
  expect(writers([{ author: aida, text: 'ab' }, { author: other, text: 'abcd' }, { author: aida, text: 'c' }]).map(({ author, mark }) => [author.name, mark])).toEqual([['Bermet', 1], ['Aida', 0]]);
});
