// The pieces that charts are drawn with. A chart follows the reader's light or dark setting by a media query of its own,
// since GitHub shows it as an image.

/** Series by their place: clutch stands out, peers are told apart by lightness as well as by hue. */
const style = `
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.quiet { fill: #59636e; font-size: 12px }
.axis { stroke: #d1d9e0; fill: none }
.s0 { fill: #0a6e6e; stroke: #0a6e6e } .s1 { fill: #c8883c; stroke: #c8883c }
.s2 { fill: #8c959f; stroke: #8c959f } .s3 { fill: #6e5494; stroke: #6e5494 }
.bar { stroke: none } .line { fill: none; stroke-width: 2.5 }
.own { font-weight: 600 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .quiet { fill: #9198a1 } .axis { stroke: #3d444d }
.s0 { fill: #3fc1b0; stroke: #3fc1b0 } .s1 { fill: #e3a857; stroke: #e3a857 }
.s2 { fill: #768390; stroke: #768390 } .s3 { fill: #b392f0; stroke: #b392f0 }
.line { fill: none }
}`;

export interface Drawing {
  width: number;
  height: number;
  /** What it shows, for those who cannot see it. */
  description: string;
  shapes: readonly string[];
}

export function drawSvg({ width, height, description, shapes }: Drawing): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(description)}</title>`,
    `<style>${style.replaceAll('\n', ' ').trim()}</style>`,
    ...shapes,
    '</svg>\n',
  ].join('\n');
}

export interface TextPlace {
  x: number;
  y: number;
  class?: string;
  anchor?: 'start' | 'middle' | 'end';
}

export function drawText(text: string, place: TextPlace): string {
  const style = place.class === undefined ? '' : ` class="${place.class}"`;
  const anchor = place.anchor === undefined ? '' : ` text-anchor="${place.anchor}"`;
  return `<text x="${round(place.x)}" y="${round(place.y)}"${style}${anchor}>${escapeXml(text)}</text>`;
}

export function drawBar(box: { x: number; y: number; width: number; height: number }, style: string): string {
  const { x, y, width, height } = box;
  return `<rect class="bar ${style}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="2"/>`;
}

export function drawLine(points: readonly (readonly [x: number, y: number])[], style: string): string {
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline class="${style}" points="${path}"/>`;
}

export function drawDot([x, y]: readonly [x: number, y: number], style: string): string {
  return `<circle class="${style}" cx="${round(x)}" cy="${round(y)}" r="4"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
