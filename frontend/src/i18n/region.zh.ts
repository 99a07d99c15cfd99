/** What is said of a part of the city that is counted. */
export default {
  region: {
    polygon: '多边形', circle: '圆', rectangle: '矩形', draw: '在地图上画一个范围，统计其中的人企地物政', drawing: '单击加点，双击结束；Esc 取消', drawingCircle: '按下中心，移动后再按一次',
    drawingRectangle: '按下一角，移动后再按对角', clear: '清除', area: '面积', counts: '各图层数量', countsNote: '按对象与范围相交计数，面积按椭球面计算；个人信息少于阈值显示“< 10”', blocks: '个人信息按块统计，每块不少于 {n}。', by: '分组', 
    chart: '分组统计图', empty: '此范围没有对象，试试扩大范围', list: '清单', csv: '导出 CSV', geojson: '导出 GeoJSON', first: '显示前 {n} 条', filterNote: '点柱形即筛选该类',
    here: '统计范围：{name}', outside: '未归属', 
  },
}
