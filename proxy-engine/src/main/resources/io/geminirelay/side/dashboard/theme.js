// Runs before the page is drawn, so that it never shows in the wrong colours first.
(() => {
  const NAME = "relay-theme";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return null;
    }
  };
  const apply = () => {
    const chosen = stored();
    const theme = chosen === "dark" || chosen === "light" ? chosen : dark.matches ? "dark" : "light";
    document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  };
  dark.addEventListener("change", apply);
  window.relayTheme = {
    get: () => document.documentElement.dataset.theme,
    set: (theme) => {
      try {
        localStorage.setItem(NAME, theme);
      } catch {
        // A browser that stores nothing follows the system.
      }
      document.documentElement.dataset.theme = theme;
      document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
    },
  };
  apply();
})();
