/* Keys and counts for a table of pairs with boxes to tick. Everything works without them. */
(function () {
  "use strict";

  function counted(form, boxes) {
    const words = form.querySelector("[data-chosen]");
    const every = form.querySelector("[name=every]");
    const count = boxes.filter((box) => box.checked).length;
    if (every && every.checked) words.textContent = "(all)";
    else words.textContent = count ? `(${count} chosen)` : "";
  }

  function keys(form, boxes) {
    const rows = boxes.map((box) => box.closest("tr"));
    let at = -1;

    function go(to) {
      if (!rows[to]) return;
      rows[at]?.classList.remove("is-at");
      at = to;
      rows[at].classList.add("is-at");
      boxes[at].focus();
      rows[at].scrollIntoView({ block: "nearest" });
    }

    function toggle(box, on) {
      box.checked = on;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }

    const acts = {
      j: () => go(at + 1),
      k: () => go(at - 1),
      x: () => at >= 0 && toggle(boxes[at], !boxes[at].checked),
      a: () => {
        const on = boxes.some((box) => !box.checked);
        boxes.forEach((box) => toggle(box, on));
      },
      Enter: () => at >= 0 && rows[at].querySelector("a")?.click(),
      "?": () => form.querySelector(".keys").classList.toggle("is-shown"),
    };

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
      const pressing = event.key === "Enter" && !event.target.matches("body, [name=pair], [name=profile]");
      if (typing || pressing || !acts[event.key]) return;
      event.preventDefault();
      acts[event.key]();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-pairs]");
    if (!form) return;
    const boxes = [...form.elements].filter((each) => ["pair", "profile"].includes(each.name));
    document.addEventListener("change", () => counted(form, boxes));
    form.querySelector(".keys").classList.add("is-shown");
    keys(form, boxes);
  });
})();
