/**
 * What the dashboard's server answers and its page reads is in this folder: types only, so that neither imports the other. Times
 * are wall-clock milliseconds since 1970, scores are in [0, 1], money is in the currency of the run's price table. What is not
 * known is absent. Every text may come from a model or a stranger: a page shows it as text and never as markup.
 *
 * The number rises when a page and a server of other versions would misunderstand each other.
 */
export type ApiFormat = 1;
