// How a length of time is written: on a display, and as words for a screen reader.

/** Write seconds as 3:07 or 1:02:09. */
export function clock(duration_s) {
  const whole = Math.max(0, Math.floor(duration_s));
  const seconds = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** Write seconds as "3 minutes 7 seconds". */
export function spoken(duration_s) {
  const whole = Math.max(0, Math.floor(duration_s));
  const parts = [
    [Math.floor(whole / 3600), "hour"],
    [Math.floor(whole / 60) % 60, "minute"],
    [whole % 60, "second"],
  ];
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return said.join(" ") || "0 seconds";
}
