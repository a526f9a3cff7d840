/** How the team's devices are: who has been silent, whose clock is wrong. */
import type { DeviceView } from '../core/types';

export type Presence = 'fresh' | 'quiet' | 'silent' | 'never' | 'shut_out';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const QUIET_AFTER_MS = 3 * DAY_MS;
export const SILENT_AFTER_MS = 14 * DAY_MS;
/** A clock may be this wrong before anybody is bothered about it. */
export const SKEW_MS = 2 * 60_000;

export function presence(device: Pick<DeviceView, 'status' | 'last_seen_ms'>, now: number): Presence {
  if (device.status === 'revoked') return 'shut_out';
  if (device.last_seen_ms === null) return 'never';
  const silence = now - device.last_seen_ms;
  return silence >= SILENT_AFTER_MS ? 'silent' : silence >= QUIET_AFTER_MS ? 'quiet' : 'fresh';
}

/** The longest silence first; who is shut out comes last. */
export function bySilence(devices: readonly DeviceView[], now: number): DeviceView[] {
  const rank = (device: DeviceView) => (device.status === 'revoked' ? Infinity : (device.last_seen_ms ?? now - 1e12));
  return [...devices].sort((a, b) => rank(a) - rank(b));
}

/** Whether this device may let others in or out: who waits for approval herself may not. */
export function vouches(devices: readonly DeviceView[]): boolean {
  return devices.some(({ me, status }) => me && status === 'active');
}

/** Who waits for this device to vouch for them. */
export function awaitingMe(devices: readonly DeviceView[]): DeviceView[] {
  return vouches(devices) ? devices.filter(({ status }) => status === 'pending' || status === 'unverified') : [];
}

/** How long ago, in the largest unit that says enough. */
export function howLong(ms: number): { unit: 'minutes' | 'hours' | 'days'; n: number } {
  if (ms < HOUR_MS) return { unit: 'minutes', n: Math.max(1, Math.round(ms / 60_000)) };
  if (ms < 2 * DAY_MS) return { unit: 'hours', n: Math.round(ms / HOUR_MS) };
  return { unit: 'days', n: Math.round(ms / DAY_MS) };
}

export function skewed(device: Pick<DeviceView, 'skew_ms' | 'status'>): boolean {
  return device.status !== 'revoked' && Math.abs(device.skew_ms ?? 0) >= SKEW_MS;
}
