/* Recovery codes as a file, or on paper. Without JavaScript they are copied by hand. */
(function () {
  "use strict";

  document.addEventListener("DOMContentLoaded", () => {
    const save = document.querySelector("[data-save-codes]");
    const print = document.querySelector("[data-print-codes]");
    const codes = [...document.querySelectorAll("[data-code]")].map((code) => code.textContent);
    const lines = [save.dataset.saveCodes, "", ...codes, ""];
    save.href = URL.createObjectURL(new Blob([lines.join("\r\n")], { type: "text/plain" }));
    print.addEventListener("click", () => window.print());
    document.querySelector("[data-keep-codes]").hidden = false;
  });
})();
