// Clocks run down without the server; the words are those of hostdesk.web.clocks.
const words = (milliseconds) => {
  const minutes = Math.floor(Math.abs(milliseconds) / 60000);
  if (minutes >= 2880) return `${Math.floor(minutes / 1440)} days ${Math.floor((minutes % 1440) / 60)} h`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
};

const tick = () => {
  const now = Date.now();
  for (const clock of document.querySelectorAll(".clock[data-due]")) {
    const left = Date.parse(clock.dataset.due) - now;
    const goal = clock.dataset.goal;
    const text = left > 0 ? `${words(left)} ${goal || "left"}` : `${words(left)} late ${goal}`.trim();
    const said = clock.querySelector(".left");
    if (said.textContent !== text) said.textContent = text;
    const bar = clock.querySelector("progress");
    if (bar) bar.value = Math.max(0, Math.min(100, left / Number(clock.dataset.whole) / 10));
    if (left <= 0) clock.className = "clock is-late";
  }
};

if (document.querySelector(".clock[data-due]")) setInterval(() => document.hidden || tick(), 15000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
