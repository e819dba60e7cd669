/**
 * Texts by a fingerprint of 53 bits, 10 to 13 bytes each instead of some 100: enough for accounts, where of a million texts one
 * is taken for another with a probability of 1 in 18,000.
 */
export interface FingerprintSet {
  has(text: string): boolean;
  add(text: string): void;
}

const firstRoom = 64;

/** Larger by so much when it is this full: what is copied, and for a moment held twice, is what it saves in being half empty. */
const growth = 1.25;
const fullest = 0.8;

/** Open addressing in one array, where 0 is an empty place. */
export function createFingerprintSet(): FingerprintSet {
  let places = new Float64Array(firstRoom);
  let size = 0;
  const placeOf = (mark: number): number => {
    // Where its lower half is in the range of all lower halves.
    let place = Math.floor(((mark >>> 0) / 2 ** 32) * places.length);
    while (places[place] !== 0 && places[place] !== mark) place = place + 1 === places.length ? 0 : place + 1;
    return place;
  };
  return {
    has: (text) => places[placeOf(fingerprint(text))] !== 0,
    add(text) {
      const mark = fingerprint(text);
      const place = placeOf(mark);
      if (places[place] !== 0) return;
      places[place] = mark;
      size += 1;
      if (size <= fullest * places.length) return;
      const old = places;
      places = new Float64Array(Math.ceil(growth * old.length));
      for (const known of old) if (known !== 0) places[placeOf(known)] = known;
    },
  };
}

/** Two multiplicative hashes of 32 bits, each mixed at its end as MurmurHash3 does, side by side; never 0. */
export function fingerprint(text: string): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995) + (low >>> 15);
  }
  return 2 ** 32 * (mixed(high) & 0x1fffff) + (mixed(low) >>> 0) || 1;
}

function mixed(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const whole = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
  return whole ^ (whole >>> 16);
}
