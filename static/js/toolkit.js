/* Narrows a list while one types, and opens what a link points at. The page works without. */
(function () {
  "use strict";

  function narrow(input) {
    const status = input.form.querySelector("[data-filter-status]");
    const items = [...document.querySelectorAll("[data-filter-item]")];
    const texts = new Map(items.map((item) => [item, item.textContent.toLowerCase()]));

    function show() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      items.forEach((item) => {
        item.hidden = !words.every((word) => texts.get(item).includes(word));
        if (!item.hidden) count += 1;
      });
      document.querySelectorAll("[data-filter-group]").forEach((group) => {
        group.hidden = group.querySelector("[data-filter-item]:not([hidden])") === null;
      });
      status.textContent = words.length ? `${count} shown` : "";
    }

    input.addEventListener("input", show);
  }

  function openTarget() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const details = target && target.closest("details");
    if (!details) return;
    details.open = true;
    details.scrollIntoView();
  }

  document.querySelectorAll("[data-filter]").forEach(narrow);
  window.addEventListener("hashchange", openTarget);
  document.addEventListener("click", (event) => {
    if (event.target.closest('a[href^="#"]')) setTimeout(openTarget);
  });
  openTarget();
})();
