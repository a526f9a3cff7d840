/** The screens that a form becomes: one idea each. */
import type { FormSectionView, FormView, QuestionView } from '../core/types';

export type Step =
  | { kind: 'questions'; key: string; section: FormSectionView; notes: QuestionView[]; questions: QuestionView[] }
  | { kind: 'entries'; key: string; section: FormSectionView };

const COUNTS_MAX = 6;

/**
 * The steps through what is relevant. Counts that stand together are asked together (killed men,
 * women, boys, girls); notes stand on the screen of the question after them; a section that repeats
 * is one screen with its entries.
 */
export function stepsOf(form: FormView, relevant: ReadonlySet<string>): Step[] {
  return form.sections
    .filter((section) => relevant.has(section.name) || section.questions.some(({ name }) => relevant.has(name)))
    .flatMap((section): Step[] =>
      section.repeat
        ? [{ kind: 'entries', key: section.name, section }]
        : questionSteps(section, section.questions.filter(({ name }) => relevant.has(name))),
    );
}

/** The steps through one entry of a repeating section. */
export function entrySteps(section: FormSectionView, entry: string, relevant: ReadonlySet<string>): Step[] {
  const prefix = `${section.name}/${entry}/`;
  const told = [...relevant].some((path) => path.startsWith(prefix));
  return questionSteps(section, section.questions.filter(({ name }) => !told || relevant.has(prefix + name)));
}

function questionSteps(section: FormSectionView, asked: QuestionView[]): Step[] {
  const steps: Step[] = [];
  let notes: QuestionView[] = [];
  for (const question of asked) {
    if (question.stage === 'review') continue;
    if (question.kind === 'note') {
      notes.push(question);
      continue;
    }
    const before = steps.at(-1);
    const joins =
      question.kind === 'integer' && notes.length === 0 && before?.kind === 'questions' &&
      before.questions.length < COUNTS_MAX && before.questions.every(({ kind, name }) => kind === 'integer' && family(name) === family(question.name));
    if (joins) before.questions.push(question);
    else steps.push({ kind: 'questions', key: question.name, section, notes, questions: [question] });
    notes = [];
  }
  if (notes.length > 0) steps.push({ kind: 'questions', key: notes[0]!.name, section, notes, questions: [] });
  return steps;
}

/** What a count is of: `killed_men` and `killed_women` are asked together. */
function family(name: string): string {
  return name.split('_')[0]!;
}

/** The questions of the thirty-second report, in its order. */
export function flashQuestions(form: FormView): QuestionView[] {
  const all = form.sections.flatMap(({ questions }) => questions);
  return form.flash.flatMap((name) => all.find((question) => question.name === name) ?? []);
}

/**
 * The screens of the thirty-second report. A time follows its date on one screen, for "now" answers
 * both; a last line stands with the question before it if that one is pressed, not written.
 */
export function flashSteps(form: FormView): QuestionView[][] {
  const steps: QuestionView[][] = [];
  for (const question of flashQuestions(form)) {
    if (question.kind === 'note') continue;
    const before = steps.at(-1);
    if (question.kind === 'time' && before?.length === 1 && before[0]!.kind === 'date') before.push(question);
    else steps.push([question]);
  }
  return steps;
}
