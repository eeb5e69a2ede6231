/** How a report looks, in light and in dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #fbfbfa; --card: #fff; --text: #1c2024; --muted: #667077; --grid: #e7e9ea; --edge: #dfe3e5; --mark: #b42318;
  --line-0: #0b6bcb; --line-1: #e07b00; --line-2: #2f9e44; --line-3: #ae3ec9; --line-4: #0c8599; --line-5: #c92a2a; --line-6: #7048e8; --line-7: #5c940d; }
@media (prefers-color-scheme: dark) {
  :root { --back: #131618; --card: #1b1f22; --text: #e8eaeb; --muted: #98a2a8; --grid: #2a2f33; --edge: #2f353a; --mark: #ff8a7a;
    --line-0: #58a6ff; --line-1: #ffa94d; --line-2: #69db7c; --line-3: #da77f2; --line-4: #3bc9db; --line-5: #ff8787; --line-6: #9775fa; --line-7: #a9e34b; }
}
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 15px; margin: 0 0 6px; }
main > h2 { margin-top: 28px; }
.muted { color: var(--muted); margin: 0 0 16px; font-size: 13px; }
section .muted { margin: -4px 0 6px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 16px; margin-top: 20px; }
section { background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: 14px 14px 6px; min-width: 0; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--edge); border-radius: 8px; }
table { border-collapse: collapse; font-size: 13px; width: 100%; }
.scroll th, .scroll td { padding: 6px 12px; text-align: left; vertical-align: top; }
.scroll tbody tr { border-top: 1px solid var(--grid); }
.scroll thead th { color: var(--muted); font-weight: 600; white-space: nowrap; }
.figures td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.settings td:first-child { color: var(--muted); white-space: nowrap; }
.u-legend { font-size: 12px; font-variant-numeric: tabular-nums; width: auto; margin: 4px auto; }
`;
