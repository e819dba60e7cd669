/** Tells each tenth of a long piece of work. @param say a sentence for how much is done */
export function tellTenths(
  notice: (message: string) => void,
  total: number,
  say: (done: number) => string,
): (done: number) => void {
  let told = 0;
  return (done) => {
    const tenth = Math.floor((10 * done) / total);
    if (tenth === told) return;
    told = tenth;
    notice(say(done));
  };
}
