/** A ustar archive of small files; a path of more than 100 bytes is told as GNU tar does. */
export function tarOf(entries: readonly { readonly path: string; readonly content: string | Uint8Array }[]): Buffer {
  return Buffer.concat([...entries.flatMap(({ path, content }) => entry(path, Buffer.from(content))), Buffer.alloc(1_024)]);
}

function entry(path: string, content: Buffer): Buffer[] {
  const long = path.length > 100 ? entryOf('././@LongLink', Buffer.from(`${path}\0`), 'L') : [];
  return [...long, ...entryOf(path.slice(0, 100), content, '0')];
}

function entryOf(path: string, content: Buffer, type: string): Buffer[] {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}
