/** Search keys of choices in every language of the form, folded by the core: any script finds them. */
import { core } from '../core';
import { LANGUAGES } from '../i18n/index.svelte';

const indexes = new Map<string, Promise<Map<string, string>>>();

/** For each code, one string with its labels in all languages, folded. */
export function choiceKeys(question: string): Promise<Map<string, string>> {
  let index = indexes.get(question);
  if (!index) {
    index = build(question);
    indexes.set(question, index);
    index.catch(() => indexes.delete(question));
  }
  return index;
}

async function build(question: string): Promise<Map<string, string>> {
  const forms = await Promise.all(LANGUAGES.map(({ code }) => core.form(code)));
  const labels = new Map<string, Set<string>>();
  for (const form of forms) {
    const list = form.sections.flatMap(({ questions }) => questions).find(({ name }) => name === question)?.list ?? [];
    for (const { code, label } of list) labels.set(code, (labels.get(code) ?? new Set()).add(label));
  }
  const keys = await Promise.all(
    [...labels].map(async ([code, words]) => [code, (await Promise.all([...words].map((word) => core.fold(word)))).join(' | ')] as const),
  );
  return new Map(keys);
}
