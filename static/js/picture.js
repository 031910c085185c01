/* The pairing picture under the pointer and the keyboard, by d3-selection. The picture and the table
   with the same pairs are there without it. */
(function () {
  "use strict";

  function bring(frame, control) {
    const { select, selectAll } = window.d3;
    const links = select(frame).selectAll("path.link").datum(function () {
      return { ...this.dataset, score: Number(this.dataset.score) };
    });
    const people = select(frame).selectAll("[data-of]").datum(function () {
      return { key: this.dataset.of };
    });
    const rows = selectAll("[data-row]").datum(function () {
      return { pair: this.dataset.row, line: this.closest("tr") };
    });
    const told = control.select("[data-told]");
    const hint = told.text();
    const range = control.select("input");
    let least = 0;

    const shown = (link) => link.score >= least;
    const ofPerson = (key) => (link) => link.img === key || link.mentor === key;

    /* Lift the lines that fit, with the people at their ends and their rows. */
    function lift(fits, words) {
      const lifted = links.data().filter((link) => shown(link) && fits(link));
      const keys = new Set(lifted.flatMap((link) => [link.img, link.mentor]));
      const pairs = new Set(lifted.map((link) => link.pair));
      select(frame).classed("is-lifting", true);
      links.classed("is-lifted", (link) => pairs.has(link.pair));
      people.classed("is-lifted", (person) => keys.has(person.key));
      rows.each((row) => row.line.classList.toggle("is-at", pairs.has(row.pair)));
      told.text(words(lifted));
    }

    function settle() {
      select(frame).classed("is-lifting", false);
      links.classed("is-lifted", false);
      people.classed("is-lifted", false);
      rows.each((row) => row.line.classList.remove("is-at"));
      const left = links.data().filter(shown).length;
      told.text(least ? `${left} of ${links.size()} pairs on this page score ${least / 100} or more.` : hint);
    }

    function choose() {
      least = 100 * Number(range.property("value"));
      const keys = new Set(links.data().filter(shown).flatMap((link) => [link.img, link.mentor]));
      const pairs = new Set(links.data().filter(shown).map((link) => link.pair));
      links.classed("is-out", (link) => !shown(link));
      reach.classed("is-out", (link) => !shown(link));
      people.classed("is-out", (person) => !keys.has(person.key));
      rows.each((row) => { row.line.hidden = !pairs.has(row.pair); });
      settle();
    }

    const alone = (_event, link) => lift((other) => other.pair === link.pair, () => link.words);
    const together = (_event, person) => lift(ofPerson(person.key), (lifted) =>
      lifted.length ? lifted.map((link) => link.words).join("; ") : "No pair that is shown.");

    /* A thin line is hard to point at: a wide one that nobody sees lies over it. */
    const reach = links.clone(true).attr("class", "reach").attr("aria-hidden", "true");
    reach.datum(function () { return { ...this.dataset, score: Number(this.dataset.score) }; });
    reach.on("pointerenter", alone).on("pointerleave", settle);
    people.on("pointerenter focusin", together).on("pointerleave focusout", settle);
    range.on("input", choose);
    select(document).on("keydown.picture", (event) => event.key === "Escape" && settle());
    control.property("hidden", false);
    choose();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const frame = document.getElementById("drawing");
    const control = document.querySelector("[data-strength]");
    if (frame && control && window.d3) bring(frame, window.d3.select(control));
  });
})();
