// Draws plays per day as bars. A module of its own, which brings uPlot along: only who asks for a
// chart fetches it.

import uPlot from "uplot";

const HEIGHT_PX = 180;
const HALF_A_DAY_S = 43_200;
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const DAY_PX = 60; // as much as the widest of them takes
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap((one) => [one, one * 1e3, one * 1e6]).sort((a, b) => a - b);

/** A chart in `place`, as wide as that, in the colours of the page. */
export class PlayChart {
  #place;
  #plot;
  #played = [];
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #again = () => this.draw(this.#played);
  #size = new ResizeObserver(() => this.#plot?.setSize(this.#box));

  constructor(place) {
    this.#place = place;
    this.#dark.addEventListener("change", this.#again);
    this.#size.observe(place);
  }

  /** Show days in their order, each with `unix_s` and `plays`. */
  draw(played) {
    this.#played = played;
    this.#plot?.destroy();
    const data = [played.map(({ unix_s }) => unix_s), played.map(({ plays }) => plays)];
    this.#plot = new uPlot(this.#options(), data, this.#place);
  }

  close() {
    this.#dark.removeEventListener("change", this.#again);
    this.#size.disconnect();
    this.#plot?.destroy();
  }

  get #box() {
    return { width: this.#place.clientWidth, height: HEIGHT_PX };
  }

  #options() {
    const style = getComputedStyle(this.#place);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--ink-soft"), font: `12px ${style.fontFamily}`, ticks: { show: false } };
    const grid = { stroke: colour("--line"), width: 1 };
    return {
      ...this.#box,
      tzDate: (unix_s) => uPlot.tzDate(new Date(unix_s * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: {
        x: { range: (_, first, last) => [first - HALF_A_DAY_S, last + HALF_A_DAY_S] },
        y: { range: (_, __, most) => [0, Math.max(most, 1)] },
      },
      axes: [
        { ...axis, grid: { show: false }, space: DAY_PX, values: (_, ticks) => ticks.map((unix_s) => day.format(unix_s * 1000)) },
        { ...axis, grid, incrs: WHOLE, size: 44, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString()) },
      ],
      series: [
        {},
        {
          fill: colour("--accent"),
          width: 0,
          points: { show: false },
          paths: uPlot.paths.bars({ size: [0.7, 40], align: 0 }),
        },
      ],
    };
  }
}
