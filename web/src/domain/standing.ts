/** A report's state in one sign and one word. Nothing is called sent that the server does not have. */
import type { ReportSummary } from '../core/types';
import type { Key } from '../i18n/index.svelte';

export interface Standing {
  kind: 'draft' | 'on_device' | 'stored' | 'received' | 'reviewed' | 'withdrawn';
  sign: string;
  word: Key;
}

export function standing(report: Pick<ReportSummary, 'stage' | 'delivery' | 'review'>): Standing {
  if (report.stage === 'withdrawn') return { kind: 'withdrawn', sign: '×', word: 'state.withdrawn' };
  if (report.review && report.review !== 'new' && report.delivery === 'received') {
    return { kind: 'reviewed', sign: '◆', word: 'state.reviewed' };
  }
  switch (report.delivery) {
    case 'draft':
      return { kind: 'draft', sign: '○', word: 'state.draft' };
    case 'on_device':
      return { kind: 'on_device', sign: '●', word: 'state.on_device' };
    case 'stored':
      return { kind: 'stored', sign: '✓', word: 'state.stored' };
    case 'received':
      return { kind: 'received', sign: '✓✓', word: 'state.received' };
  }
}
