import type { Answer, QuestionView } from '../core';

/** What every input is given. `onanswer` is told `soon` while someone is still typing. */
export interface InputProps {
  question: QuestionView;
  answer: Answer | null;
  onanswer: (answer: Answer | null, soon?: boolean) => void;
  /** The id of the element that says what is asked. */
  labelledby: string;
}
