/** Bytes of a status text as it is sent. gRPC for Python reads another status from trailers above 8 KiB, by chance. */
const longestDetails = 7_000;

/** An error's message, cut where a header is full. Half of a character would cost the caller all of it. */
export function grpcDetails(message: string): string {
  let details = '';
  let bytes = 0;
  for (const character of message.toWellFormed()) {
    bytes += encodeURI(character).length;
    if (bytes > longestDetails) break;
    details += character;
  }
  return details;
}
