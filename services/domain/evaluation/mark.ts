/**
 * Shapes that a plot may give to a score, so that methods can be distinguished without colour. Each has a colour of its
 * own as well (services/shared/document/colours.ts). `other` is for names of old or foreign logs that no method here has.
 */
export type Mark =
  | 'circle'
  | 'diamond'
  | 'triangle'
  | 'square'
  | 'pentagon'
  | 'bar'
  | 'wedge'
  | 'plus'
  | 'star'
  | 'half'
  | 'cross'
  | 'hexagon'
  | 'other';
