/** What synchronising means to a person: one sentence, and whether it needs her. */
import type { SyncView } from '../core/types';
import type { Key } from '../i18n/index.svelte';

export interface SyncSentence {
  tone: 'calm' | 'busy' | 'waiting' | 'heed';
  key: Key;
  n: number;
}

const NOT_LET_IN = ['invite_expired', 'invite_invalid', 'recovery_invalid', 'server_refused', 'unauthorised'];

/** The invitation, the sheets or the set-up code that this device was made with do not count: patience may not help. */
export function notLetIn(sync: SyncView): boolean {
  return !sync.enrolled && sync.trouble !== null && NOT_LET_IN.includes(sync.trouble);
}

export function syncSentence(sync: SyncView): SyncSentence {
  const n = sync.waiting_reports;
  if (sync.revoked) return { tone: 'heed', key: 'sync.revoked', n };
  if (sync.trouble === 'update_needed') return { tone: 'heed', key: 'sync.update', n };
  if (notLetIn(sync)) return { tone: 'heed', key: `error.${sync.trouble}` as Key, n };
  if (sync.alarms.length > 0) return { tone: 'heed', key: 'sync.alarm', n: sync.alarms.length };
  if (sync.phase === 'running') return n > 0 ? { tone: 'busy', key: 'sync.sending', n } : { tone: 'busy', key: 'sync.looking', n };
  if (n > 0) return { tone: 'waiting', key: sync.phase === 'offline' ? 'sync.waiting.offline' : 'sync.waiting', n };
  // Nothing waits, but nothing was ever handed over either.
  if (!sync.enrolled || sync.last_success_ms === null) return { tone: 'waiting', key: 'Sync.unenrolled', n };
  if (sync.phase === 'offline' || sync.trouble === 'offline') return { tone: 'waiting', key: 'sync.nothing.offline', n };
  return { tone: 'calm', key: 'sync.nothing', n };
}

/** A size that a person can picture. */
export function kilobytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
