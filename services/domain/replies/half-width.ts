/** Letters, digits and signs of Chinese and Japanese typography as those of ASCII: "１８" is 18, and "Ｂ" is B. */
export function halfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
}
