/** People harmed by sex and age, where the form has them, out of full reports. */
import type { ReportView } from '../core/types';

export const GROUPS = ['women', 'men', 'girls', 'boys'] as const;
export type Group = (typeof GROUPS)[number];
export type Groups = Record<'killed' | 'injured', Record<Group, number>>;

export function noGroups(): Groups {
  const none = () => ({ women: 0, men: 0, girls: 0, boys: 0 });
  return { killed: none(), injured: none() };
}

/** Adds what these reports say. Of several versions the one that stands first is counted. */
export function addGroups(groups: Groups, reports: readonly Pick<ReportView, 'summary' | 'sections'>[]): Groups {
  for (const { summary, sections } of reports) {
    if (summary.stage === 'withdrawn') continue;
    for (const { question, answer } of sections.flatMap((section) => section.fields)) {
      const [which, group] = question.split('_') as [keyof Groups, Group];
      if (answer?.type === 'integer' && which in groups && group in groups[which]) groups[which][group] += answer.value;
    }
  }
  return groups;
}
