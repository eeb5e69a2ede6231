/**
 * The script of a report's page, in the JavaScript of browsers: draws each chart of `charts.ts` with uPlot. Text and no
 * module, because the page is one file.
 */
export const PAGE_SCRIPT = `
const charts = JSON.parse(document.getElementById("charts").textContent);
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const palette = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => colour("--line-" + at));

const number = (value) => {
  if (value == null) return "";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
};
const percent = (position) => {
  const nines = 100 - 100 / 10 ** position;
  return Number(nines.toFixed(Math.max(0, Math.ceil(position) - 1))) + "%";
};

function marksPlugin(marks) {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.font = 11 * devicePixelRatio + "px system-ui, sans-serif";
        marks.forEach(({ at, text }, index) => {
          const x = plot.valToPos(at, "x", true);
          if (x < bbox.left || x > bbox.left + bbox.width) return;
          ctx.strokeStyle = ctx.fillStyle = colour("--mark");
          ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          const isRight = x > bbox.left + bbox.width * 0.7;
          ctx.textAlign = isRight ? "right" : "left";
          const y = bbox.top + (12 + (index % 4) * 14) * devicePixelRatio;
          ctx.fillText(text, x + (isRight ? -4 : 4) * devicePixelRatio, y);
        });
        ctx.restore();
      },
    },
  };
}

function draw(chart, place) {
  const isTime = chart.x === "seconds";
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--grid"), width: 1 }, ticks: { show: false } };
  const options = {
    width: place.clientWidth,
    height: 260,
    cursor: { drag: { x: true, y: false } },
    scales: {
      x: { time: false },
      y: chart.isLogarithmic ? { distr: 3, log: 10 } : { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      isTime
        ? { ...axis, size: 32, values: (_plot, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick + " s" : "")) }
        : { ...axis, size: 32, splits: () => [0, 1, 2, 3, 4], values: (_plot, ticks) => ticks.map(percent) },
      {
        ...axis,
        size: 78,
        values: (_plot, ticks) => ticks.map((tick) => (tick == null ? "" : number(tick) + " " + chart.unit)),
      },
    ],
    series: [
      { label: isTime ? "second" : "percentile", value: (_plot, x) => (x == null ? "" : isTime ? x : percent(x)) },
      ...chart.lines.map(({ label, colour: at, isDashed }) => ({
        label,
        stroke: palette[at % palette.length],
        width: 1.75,
        dash: isDashed ? [6, 4] : undefined,
        points: { show: chart.data[0].length < 40, size: 5 },
        spanGaps: false,
        value: (_plot, value) => (value == null ? "" : number(value) + " " + chart.unit),
      })),
    ],
    plugins: [marksPlugin(chart.marks)],
  };
  const plot = new uPlot(options, chart.data, place);
  addEventListener("resize", () => plot.setSize({ width: place.clientWidth, height: options.height }));
}

charts.forEach((chart, at) => draw(chart, document.getElementById("chart-" + at)));
`;
