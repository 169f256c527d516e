// Chooses the colours before anything is painted: those asked for, or the system's, also when the system changes its mind.
const dark = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  const asked = localStorage.getItem("theme");
  const isDark = asked === "dark" || (asked !== "light" && dark.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

paint();
dark.addEventListener("change", paint);
addEventListener("bedside-theme", paint);
