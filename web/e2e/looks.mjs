// What can be seen of a page to be wrong without an eye: too wide, cut off, broken within a word.
// It runs in the page.

/** Complaints, each with the words that it is about. `whole` also asks that no word be broken. */
export function lookAt(whole) {
  const complaints = [];
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) complaints.push(`${wide} px too wide`);
  const shown = document.querySelector('dialog[open]') ?? document.body;
  const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const text = node.data.trim();
    const element = node.parentElement;
    // Maps cut names at their edge; what is written is kept whole elsewhere.
    if (!text || !element || element.closest('svg, textarea, select, .unseen, [aria-hidden=true], .none-of-ours')) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    const say = (what) => complaints.push(`${what}: "${text.slice(0, 60)}"`);
    for (let around = element; around && around !== document.documentElement; around = around.parentElement) {
      const style = getComputedStyle(around);
      const edges = around.getBoundingClientRect();
      const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
      if (scrolls) break;
      const meant = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
      if (meant) break;
      if (style.overflowX === 'hidden' && (box.right > edges.right + 1 || box.left < edges.left - 1)) {
        say('cut off at the side');
        break;
      }
      if (style.overflowY === 'hidden' && (box.bottom > edges.bottom + 2 || box.top < edges.top - 2)) {
        say('cut off above or below');
        break;
      }
      // Out of the button that it stands in.
      if (style.position === 'absolute') break;
      if (around.matches('button, .badge, .chip') && (box.right > edges.right + 1 || box.left < edges.left - 1 || box.bottom > edges.bottom + 2)) {
        say('runs out of its button');
        break;
      }
    }
    if (!whole) continue;
    // A word of letters alone that stands on two lines was broken where no one breaks it.
    for (const { 0: word, index } of node.data.matchAll(/(?<!\p{L})[\p{L}'’ʻ‘]{3,20}(?!\p{L})/gu)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top)));
      if (tops.size > 1) {
        say(`"${word}" is broken`);
        break;
      }
    }
  }
  return complaints;
}
