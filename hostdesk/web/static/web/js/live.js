// Places that ask the server now and then; asleep while nobody looks. An answer 204 leaves things as they are.
// data-live-post: asking also says that we are here. data-live-now: the first time at once.
const proof = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");
const ask = async (place) => {
  if (document.hidden || place.dataset.asking) return;
  place.dataset.asking = "yes";
  try {
    const method = "livePost" in place.dataset ? "POST" : "GET";
    const answer = await fetch(place.dataset.live, { method, headers: { ...proof(), "HX-Request": "true" } });
    if (answer.status === 200) {
      const html = (await answer.text()).trim();
      if (place.innerHTML !== html) place.innerHTML = html;
    } else if (answer.status === 401 || answer.redirected) {
      delete place.dataset.live;
    }
  } catch {
    // No connection: the next round asks again.
  } finally {
    delete place.dataset.asking;
  }
};

for (const place of document.querySelectorAll("[data-live]")) {
  if ("livePost" in place.dataset || "liveNow" in place.dataset) ask(place);
  setInterval(() => place.dataset.live && ask(place), Number(place.dataset.every || 15) * 1000);
  document.addEventListener("visibilitychange", () => place.dataset.live && ask(place));
}
