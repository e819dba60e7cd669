import { type Markup, markup } from '../markup.ts';
import type { Plot } from '../plot.ts';
import { barsPlot } from './bars-plot.ts';
import { curvesPlot } from './curves-plot.ts';
import { intervalsPlot } from './intervals-plot.ts';
import { marksPlot } from './marks-plot.ts';
import { matrixPlot } from './matrix-plot.ts';
import { treePlot } from './tree-plot.ts';
import { workflowPlot } from './workflow-plot.ts';

/** The plot as SVG, with a legend. */
export function drawPlot(plot: Plot): Markup {
  if (isEmpty(plot)) return markup`<p>There is nothing to draw yet.</p>`;
  return markup`<figure>${drawn(plot)}${plot.caption !== undefined && markup`<figcaption>${plot.caption}</figcaption>`}</figure>`;
}

function drawn(plot: Plot): Markup {
  switch (plot.kind) {
    case 'marks':
      return marksPlot(plot);
    case 'bars':
      return barsPlot(plot);
    case 'intervals':
      return intervalsPlot(plot);
    case 'curves':
      return curvesPlot(plot);
    case 'tree':
      return treePlot(plot);
    case 'matrix':
      return matrixPlot(plot);
    case 'workflow':
      return workflowPlot(plot);
  }
}

function isEmpty(plot: Plot): boolean {
  switch (plot.kind) {
    case 'marks':
      return plot.series.every(({ points }) => points.length === 0) && (plot.ribbon ?? []).length === 0;
    case 'curves':
      return plot.series.every(({ points }) => points.length === 0);
    case 'tree':
      return plot.nodes.length === 0;
    case 'workflow':
      return false;
    default:
      return plot.rows.length === 0;
  }
}
