// The chart of growth: milliseconds per pin over the number of pins, cold and hot side by side. A flat line grows well.

import type { CaseResult } from '../bench-case.ts';
import { drawDot, drawLine, drawSvg, drawText } from './svg.ts';
import { perPin } from './table.ts';

const panelWidth = 370;
const plot = { left: 48, right: 96, top: 48, height: 170 };

export function drawGrowth(cases: readonly CaseResult[]): string {
  const states = (['cold', 'hot'] as const).filter((state) =>
    cases.some(({ growth }) => growth?.state === state),
  );
  const shapes = states.flatMap((state, index) => {
    const sizes = cases.filter(({ growth }) => growth?.state === state);
    return drawPanel(sizes, { title: `${state}: milliseconds per pin`, x: index * panelWidth });
  });
  const height = plot.top + plot.height + 44;
  const description = 'Milliseconds per pin over the number of pins, of clutch and uv';
  return drawSvg({ width: panelWidth * states.length, height, description, shapes });
}

function drawPanel(sizes: readonly CaseResult[], panel: { title: string; x: number }): string[] {
  const names = Object.keys(sizes[0]?.programs ?? {});
  const top = Math.max(...sizes.flatMap((size) => names.map((name) => perPin(size, name)))) * 1000 * 1.1;
  const left = panel.x + plot.left;
  const bottom = plot.top + plot.height;
  const right = panel.x + panelWidth - plot.right;
  const xOf = createScale(sizes, left + 12, right);
  const pointOf = (size: CaseResult, name: string): [number, number] => [
    xOf(size),
    bottom - ((perPin(size, name) * 1000) / top) * plot.height,
  ];
  const lines = names.flatMap((name, series) => {
    const points = sizes.map((size) => pointOf(size, name));
    return [drawLine(points, `line s${series}`), ...points.map((point) => drawDot(point, `s${series}`))];
  });
  const ends = names.map((name) => sizes.map((size) => pointOf(size, name)[1]).at(-1) ?? bottom);
  const labels = spread(ends).map((y, series) =>
    drawText(names[series] ?? '', { x: right + 10, y: y + 4, class: series === 0 ? 'own' : 'quiet' }),
  );
  const ticks = [0, top / 2, top].map((value) =>
    drawText(value.toFixed(value < 10 ? 1 : 0), {
      x: left - 8,
      y: bottom - (value / top) * plot.height + 4,
      class: 'quiet',
      anchor: 'end',
    }),
  );
  const sizesBelow = sizes.map((size) =>
    drawText(String(size.growth?.pins), { x: xOf(size), y: bottom + 20, class: 'quiet', anchor: 'middle' }),
  );
  return [
    drawText(panel.title, { x: panel.x, y: 20, class: 'title' }),
    drawLine(
      [
        [left, plot.top],
        [left, bottom],
        [right + 4, bottom],
      ],
      'axis',
    ),
    ...ticks,
    ...sizesBelow,
    drawText('pins', { x: right + 24, y: bottom + 20, class: 'quiet' }),
    ...lines,
    ...labels,
  ];
}

/** Heights of labels that would lie on each other, moved apart; in the order they came. */
function spread(heights: readonly number[]): number[] {
  const moved = [...heights];
  const downwards = heights.map((_, index) => index).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  let lowest = Number.NEGATIVE_INFINITY;
  for (const index of downwards) {
    lowest = Math.max(heights[index] ?? 0, lowest + 16);
    moved[index] = lowest;
  }
  return moved;
}

/** Logarithmic: the sizes are. */
function createScale(
  sizes: readonly CaseResult[],
  left: number,
  right: number,
): (size: CaseResult) => number {
  const logOf = (size: CaseResult): number => Math.log(size.growth?.pins ?? 1);
  const logs = sizes.map(logOf);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  return (size) => (high === low ? left : left + ((logOf(size) - low) / (high - low)) * (right - left));
}
