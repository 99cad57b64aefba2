import { expect, it } from 'vitest';
import { init } from '../../../../src/report/figure/echarts.ts';

it.each(['line', 'bar', 'scatter'])('the subset draws %s', (type) => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 100, height: 100 });
  chart.setOption({
    xAxis: {},
    yAxis: {},
    series: [
      {
        type,
        data: [
          [1, 2],
          [2, 3],
        ],
        color: '#123456',
      },
    ],
  });
  expect(chart.renderToSVGString()).toContain('#123456');
  chart.dispose();
});
