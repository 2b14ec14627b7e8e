// How often a track was played, day by day: asked of the API, said in words, and as a table for who
// cannot see the chart.

import { ask, query, sentenceOf } from "./api.js";
import { element } from "./element.js";

const DAY_MS = 86_400_000;
const PERIODS = [
  [30, "30 days"],
  [90, "90 days"],
  [365, "a year"],
];

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** A figure of a track's plays; it shows nothing until `show` has ended. */
export class PlayDays {
  root;
  #trackId;
  #sentence = element("span", { role: "status" });
  #picture = element("div", { className: "chart", role: "img" });
  #table = element("table", { className: "visually-hidden" });
  #chart;
  #asking = new AbortController();

  constructor({ id, title }) {
    this.#trackId = id;
    const options = PERIODS.map(([days, name]) => new Option(name, days));
    const period = element("select", { "aria-label": `Plays of ${title} in the last` }, ...options);
    period.addEventListener("change", () => this.show(Number(period.value)));
    this.root = element("figure", { className: "play-days" }, element("figcaption", {}, this.#sentence), period, this.#picture, this.#table);
  }

  /** Show so many days up to today (UTC). */
  async show(days = PERIODS[0][0]) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const [{ PlayChart }, played] = await Promise.all([import("./play_chart.js"), this.#ask(days, signal)]);
      if (signal.aborted) {
        return;
      }
      this.#say(played);
      this.#chart ??= new PlayChart(this.#picture);
      this.#chart.draw(played);
    } catch (error) {
      if (!signal.aborted) {
        console.warn(error);
        this.#sentence.textContent = sentenceOf(error);
      }
    }
  }

  /** Let go of what listens to the browser. */
  close() {
    this.#asking.abort();
    this.#chart?.close();
    this.root.remove();
  }

  async #ask(days, signal) {
    const now = Date.now();
    const from = new Date(now - (days - 1) * DAY_MS).toISOString().slice(0, 10);
    const to = new Date(now).toISOString().slice(0, 10);
    const { days: played } = await ask(`plays?${query({ track_id: this.#trackId, from, to })}`, { signal });
    return played.map((one) => ({ plays: one.plays, name: day.format(Date.parse(one.day)), unix_s: Date.parse(one.day) / 1000 }));
  }

  #say(played) {
    const sum = played.reduce((all, { plays }) => all + plays, 0);
    const most = played.reduce((best, one) => (one.plays > best.plays ? one : best));
    const when = `in the last ${played.length} days`;
    const sentence = sum === 0 ? `No plays ${when}` : `${counted(sum)} ${when}, most on ${most.name} (${most.plays.toLocaleString()})`;
    this.#sentence.textContent = sentence;
    this.#picture.setAttribute("aria-label", `Chart: ${sentence}`);
    const rows = played
      .filter(({ plays }) => plays > 0)
      .map(({ name, plays }) =>
        element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, plays.toLocaleString())),
      );
    const heads = ["Day (UTC)", "Plays"].map((head) => element("th", { scope: "col" }, head));
    this.#table.replaceChildren(
      element("caption", {}, "Days with plays"),
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...rows),
    );
  }
}

function counted(plays) {
  return `${plays.toLocaleString()} ${plays === 1 ? "play" : "plays"}`;
}
