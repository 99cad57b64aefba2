/** The subset of echarts that figures need. The build bundles it here, so that an install brings no more of it. */
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  MarkPointComponent,
  TitleComponent,
  ToolboxComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  LineChart,
  ScatterChart,
  DataZoomComponent,
  GridComponent,
  LabelLayout,
  LegendComponent,
  MarkLineComponent,
  MarkPointComponent,
  SVGRenderer,
  TitleComponent,
  ToolboxComponent,
  TooltipComponent,
]);

export { init };

/** Before the first picture of a process: in the package the library is fetched then. */
export async function loadCharts(): Promise<void> {}
