/** One place where a reply fills in a field of the form that it was asked for. */
export interface Tag<Name extends string = string> {
  readonly name: Name;
  /** What stands between the tags, as it stands there. */
  readonly text: string;
  /** False if the end tag is missing: then the field goes up to the next tag, or to the end of the reply. */
  readonly closed: boolean;
}
