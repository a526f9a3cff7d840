/** The place of the last report that this person wrote: most often the next one is from there too. */
import { core, type Lang, type PlaceAnswer } from '../core';

const LOOK_BACK = 5;

export async function lastPlace(lang: Lang): Promise<PlaceAnswer | null> {
  const { reports } = await core.list({ limit: 50 }, lang);
  for (const { id } of reports.filter(({ author, place }) => author.me && place).slice(0, LOOK_BACK)) {
    const { sections } = await core.report(id, lang);
    for (const { answer } of sections.flatMap(({ fields }) => fields)) {
      if (answer?.type === 'place') return answer.value;
    }
  }
  return null;
}
