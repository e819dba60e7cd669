/** Which characters Python left unescaped: `unicode` is its ensure_ascii=False. */
export type PythonJsonStyle = 'ascii' | 'unicode';

/**
 * JSON as Python's json.dumps writes it, which is how AFlow's files were written: a space after each comma and colon.
 * @param value strings, booleans, null, lists, objects and whole numbers; other numbers may be written differently
 */
export function pythonJson(value: unknown, style: PythonJsonStyle): string {
  if (Array.isArray(value)) return `[${value.map((item) => pythonJson(item, style)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, item]) => `${quoted(name, style)}: ${pythonJson(item, style)}`);
    return `{${fields.join(', ')}}`;
  }
  return typeof value === 'string' ? quoted(value, style) : JSON.stringify(value);
}

function quoted(text: string, style: PythonJsonStyle): string {
  const json = JSON.stringify(text);
  if (style === 'unicode') return json;
  return json.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
