/** The words that the forms have for their codes, in the language of the screen. */
import { getContext, setContext } from 'svelte';
import { core, type Author, type FormView, type VersionView } from '../core';
import { momentWords, edtfWords } from '../domain/dates';
import { lang, t, LANGUAGES, type Key } from '../i18n/index.svelte';
import type { Chip, ListFilter } from '../domain/narrow';
import { live } from './live.svelte';
import { whenForgotten } from './session.svelte';

export interface Codes {
  readonly form: FormView | undefined;
  readonly reviewForm: FormView | undefined;
  type(code: string): string;
  decision(code: string): string;
  /** What a question's code means; the code itself if the form does not know it. */
  word(question: string, code: string): string;
}

const KEY = 'codes';

/** Call it once, where the desk is set up. */
export function provideCodes(): Codes {
  const form = live(() => core.form(lang()), 'locked');
  const review = live(() => core.reviewForm(lang()), 'locked');
  const words = $derived.by(() => {
    const found = new Map<string, string>();
    for (const view of [form.value, review.value]) {
      for (const section of view?.sections ?? []) {
        for (const question of section.questions) for (const { code, label } of question.list ?? []) found.set(`${question.name}/${code}`, label);
      }
    }
    return found;
  });
  const word = (question: string, code: string) => words.get(`${question}/${code}`) ?? code;
  return setContext(KEY, {
    get form() {
      return form.value;
    },
    get reviewForm() {
      return review.value;
    },
    word,
    type: (code: string) => word('inc_type', code),
    decision: (code: string) => word('decision', code),
  });
}

export function useCodes(): Codes {
  return getContext<Codes>(KEY);
}

export function authorName(author: Author): string {
  return author.me ? t('common.you') : (author.name ?? t('common.other'));
}

export function moment(ms: number): string {
  return momentWords(ms, lang(), { today: t('common.today'), yesterday: t('common.yesterday') });
}

export function dateWords(date: string | null): string {
  return date ? edtfWords(date, lang(), t('date.about')) : t('Desk.undated');
}

/** An answer as it is read: the core's words, but for dates, which have the reader's own order. */
export function answerWords({ answer, text }: Pick<VersionView, 'answer' | 'text'>): string {
  return answer?.type === 'date' ? dateWords(answer.value) : text;
}

export function stageWord(stage: string): string {
  return ['draft', 'sent', 'withdrawn'].includes(stage) ? t(`Desk.stage.${stage}` as Key) : stage;
}

export function languageWord(code: string): string {
  return LANGUAGES.find((language) => language.code === code)?.name ?? code;
}

export function chipWords(codes: Codes, chip: Chip): string {
  switch (chip.kind) {
    case 'from':
      return t('Filters.since', { when: dateWords(chip.value) });
    case 'to':
      return t('Filters.until', { when: dateWords(chip.value) });
    case 'flag':
      return t(`Filters.${chip.which}`);
    case 'list':
      return listWord(codes, chip.which, chip.value);
  }
}

export function listWord(codes: Codes, which: ListFilter, value: string): string {
  switch (which) {
    case 'types':
      return codes.type(value);
    case 'reviews':
      return codes.decision(value);
    case 'stages':
      return stageWord(value);
    case 'languages':
      return languageWord(value);
    case 'authors':
      return deviceNames.get(value) ?? value.slice(0, 8);
    default:
      return value;
  }
}

/** Names by device, as the lists showed them last: a filter knows only devices. */
const deviceNames = new Map<string, string>();
export function rememberNames(authors: readonly Author[]): void {
  for (const author of authors) deviceNames.set(author.device, authorName(author));
}
whenForgotten(() => deviceNames.clear());
