// The wrapped key, in two files of the origin's private file system that are written in turn: at no
// moment is there no whole key.
const NAMES = ['baikoo.key.0', 'baikoo.key.1'];

async function open(name, create) {
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle(name, { create });
  // A worker that was just ended may hold the file for a moment longer.
  for (let tries = 0; ; tries += 1) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      if (tries > 50 || error.name !== 'NoModificationAllowedError') throw error;
      await pause(100);
    }
  }
}

async function readOne(name) {
  let handle;
  try {
    handle = await open(name, false);
  } catch (error) {
    if (error.name === 'NotFoundError') return undefined;
    throw error;
  }
  try {
    const bytes = new Uint8Array(handle.getSize());
    handle.read(bytes, { at: 0 });
    // The count of writings, and a mark at the end that only a whole file has.
    if (bytes.length < 9 || bytes[bytes.length - 1] !== 0xb1) return undefined;
    const count = new DataView(bytes.buffer).getFloat64(0);
    return { name, count, key: bytes.slice(8, -1) };
  } finally {
    handle.close();
  }
}

async function newest() {
  const found = (await Promise.all(NAMES.map(readOne))).filter(Boolean);
  return found.sort((one, other) => other.count - one.count)[0];
}

export async function readKey() {
  return (await newest())?.key;
}

export async function writeKey(key) {
  const last = await newest();
  const name = last?.name === NAMES[0] ? NAMES[1] : NAMES[0];
  const bytes = new Uint8Array(key.length + 9);
  new DataView(bytes.buffer).setFloat64(0, (last?.count ?? 0) + 1);
  bytes.set(key, 8);
  bytes[bytes.length - 1] = 0xb1;
  const handle = await open(name, true);
  try {
    handle.truncate(0);
    handle.write(bytes, { at: 0 });
    handle.flush();
  } finally {
    handle.close();
  }
  // The old wrap would still open with the old passphrase.
  if (last) await destroy(last.name);
}

async function destroy(name) {
  const root = await navigator.storage.getDirectory();
  try {
    const handle = await open(name, false);
    handle.write(new Uint8Array(handle.getSize()), { at: 0 });
    handle.flush();
    handle.close();
    await root.removeEntry(name);
  } catch (error) {
    if (error.name !== 'NotFoundError') throw error;
  }
}

export async function destroyKey() {
  for (const name of NAMES) await destroy(name);
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
