/** Photos, video and sound: each is a source of a report, and stands where that source stands. */
import type { EntryView, FormSectionView } from '../core/types';

const KINDS = ['photo', 'video', 'audio'];

/** Whether the entries of a section can be recordings: a question of it offers these kinds. */
export function takesRecordings(section: FormSectionView): boolean {
  return section.questions.some(({ list }) => KINDS.every((kind) => list?.some(({ code }) => code === kind)));
}

/** Whether an entry is a recording. */
export function isRecording(entry: EntryView): boolean {
  return entry.fields.some(({ answer }) => answer?.type === 'choice' && KINDS.includes(answer.value));
}
