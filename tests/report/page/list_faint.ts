/// <reference lib="dom" />

/**
 * Lists the texts of a page that have too little contrast (WCAG 2 AA). It runs in the browser, and needs nothing else.
 *
 * Source: Web Content Accessibility Guidelines 2.2, 1.4.3 and the definition of relative luminance.
 */
export function listFaint(): string[] {
  interface Color {
    rgb: number[];
    alpha: number;
  }
  const parse = (text: string): Color => {
    const numbers = text.match(/[\d.]+(?:e-?\d+)?/g)!.map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return {
      rgb: numbers.slice(0, 3).map((value) => value * scale),
      alpha: numbers[3] ?? 1,
    };
  };
  const luminance = ({ rgb }: Color): number => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const backgroundOf = (element: Element | null): Color => {
    if (element === null) return { rgb: [255, 255, 255], alpha: 1 };
    const color = parse(getComputedStyle(element).backgroundColor);
    return color.alpha > 0.9 ? color : backgroundOf(element.parentElement);
  };
  const isSeen = (element: Element): boolean =>
    element.checkVisibility() && !element.closest(":disabled, script, style");

  const faint = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent!.trim();
    const element = walker.currentNode.parentElement!;
    if (text === "" || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    const color = element.closest("svg") ? style.fill : style.color;
    const values = [parse(color), backgroundOf(element)].map(luminance);
    const contrast = (Math.max(...values) + 0.05) /
      (Math.min(...values) + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24;
    if (contrast < (isLarge ? 3 : 4.5)) {
      faint.add(`${contrast.toFixed(2)}: ${text.slice(0, 40)} (${color})`);
    }
  }
  return [...faint];
}
