/* Follows work in progress without loading the page again. Without JavaScript the page reloads. */
(function () {
  "use strict";

  const EVERY = 700;

  async function look() {
    let answer;
    try {
      answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    } catch {
      setTimeout(look, 4 * EVERY);
      return;
    }
    if (answer.redirected || !answer.ok) {
      location.assign(answer.redirected ? answer.url : location.href);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = document.querySelector("[data-live]");
    const next = page.querySelector("[data-live]");
    if (!now || !next) {
      location.reload();
      return;
    }
    if (now.innerHTML !== next.innerHTML) now.innerHTML = next.innerHTML;
    setTimeout(look, EVERY);
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("[data-live]")) setTimeout(look, EVERY);
  });
})();
