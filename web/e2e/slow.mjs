// A slower machine for one browser. What the browser's own tools slow down is the page alone, and the
// core works in a worker; so its renderers are stopped most of the time instead, page and workers alike.
import { readFileSync, readdirSync } from 'node:fs';

const RUN_MS = 10;

/** The processes that run the pages of the browser over a profile. */
function renderers(profile) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[1];
      return [{ pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }];
    } catch {
      return [];
    }
  });
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const isOurs = (one) => Boolean(one) && (one.command.includes(`--user-data-dir=${profile}`) || isOurs(byPid.get(one.parent)));
  return all.filter((one) => one.command.includes('--type=renderer') && isOurs(one)).map(({ pid }) => Number(pid));
}

/** Slows the browser over that profile by about a factor, until what is returned is called. */
export function slow(profile, factor) {
  let ended = false;
  const pids = renderers(profile);
  const signal = (name) => pids.forEach((pid) => {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended by itself.
    }
  });
  const stop = () => {
    if (ended) return;
    signal('SIGSTOP');
    setTimeout(go, RUN_MS * (factor - 1));
  };
  const go = () => {
    signal('SIGCONT');
    if (!ended) setTimeout(stop, RUN_MS);
  };
  stop();
  return () => {
    ended = true;
    signal('SIGCONT');
  };
}

/** How long some fixed work takes in a page or worker: what the slowing comes to. */
export const fixedWork = () => {
  const began = performance.now();
  let sum = 0;
  for (let n = 0; n < 100_000_000; n++) sum += Math.sqrt(n);
  return sum ? performance.now() - began : 0;
};
