// A linear layer on a batch, y = x w + b in float32, with Highway. kernels/linear_batch.cpp and
// kernels/mlp_infer.cpp compile it for every target of the machine's family: Highway's
// foreach_target.h includes them once for each target, and they include this file, hence the guard
// that toggles.

#include <hwy/highway.h>

#include <cstddef>
#include <span>

#ifndef GAPMETER_LINEAR_LAYER_OPERANDS
#define GAPMETER_LINEAR_LAYER_OPERANDS
namespace gapmeter_linear_layer {

// Row by row: x is batch x features, y batch x outputs. `packed` is what PackWeights made from w,
// which is features x outputs.
struct Layer {
  std::span<const float> x, packed, b;
  std::span<float> y;
  std::size_t batch, features, outputs;
};

// Rows of a block of W: a panel of them, two vectors wide, stays in the first-level cache.
inline constexpr std::size_t block_depth = 256;
// Columns of a block of W, and rows of X that meet it: both stay in the second-level cache.
inline constexpr std::size_t block_columns = 256;
inline constexpr std::size_t block_rows = 96;

// Room for packed weights on every target: columns are padded to two vectors in each block.
inline std::size_t packed_size(std::size_t features, std::size_t outputs) {
  constexpr std::size_t widest = std::size_t{2} * HWY_MAX_BYTES / sizeof(float);
  return features * (outputs + (outputs / block_columns + 1) * widest);
}

}  // namespace gapmeter_linear_layer
#endif

#if defined(GAPMETER_LINEAR_LAYER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef GAPMETER_LINEAR_LAYER_INL_H
#undef GAPMETER_LINEAR_LAYER_INL_H
#else
#define GAPMETER_LINEAR_LAYER_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace gapmeter_linear_layer::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Twelve accumulators in the sixteen registers of AVX2: enough to hide the latency of fused
// multiply-adds, with room for two vectors of W and one element of X.
constexpr size_t tile_rows = 6;

HWY_INLINE size_t TileColumns() { return 2 * hn::Lanes(hn::ScalableTag<float>()); }

// y += x * panel for kRows rows and TileColumns() columns. `panel` holds `depth` rows of W.
template <size_t kRows>
HWY_INLINE void MultiplyTile(const float* HWY_RESTRICT x, size_t x_stride,
                             const float* HWY_RESTRICT panel, size_t depth, float* HWY_RESTRICT y,
                             size_t y_stride) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  hn::Vec<decltype(d)> left[kRows], right[kRows];
#pragma GCC unroll 8
  for (size_t row = 0; row < kRows; ++row) {
    left[row] = hn::LoadU(d, y + row * y_stride);
    right[row] = hn::LoadU(d, y + row * y_stride + lanes);
  }
  for (size_t k = 0; k < depth; ++k, panel += 2 * lanes) {
    const auto w_left = hn::LoadU(d, panel), w_right = hn::LoadU(d, panel + lanes);
#pragma GCC unroll 8
    for (size_t row = 0; row < kRows; ++row) {
      const auto element = hn::Set(d, x[row * x_stride + k]);
      left[row] = hn::MulAdd(element, w_left, left[row]);
      right[row] = hn::MulAdd(element, w_right, right[row]);
    }
  }
#pragma GCC unroll 8
  for (size_t row = 0; row < kRows; ++row) {
    hn::StoreU(left[row], d, y + row * y_stride);
    hn::StoreU(right[row], d, y + row * y_stride + lanes);
  }
}

HWY_INLINE void MultiplyRows(size_t rows, const float* x, size_t x_stride, const float* panel,
                             size_t depth, float* y, size_t y_stride) {
  switch (rows) {
    case 1:
      return MultiplyTile<1>(x, x_stride, panel, depth, y, y_stride);
    case 2:
      return MultiplyTile<2>(x, x_stride, panel, depth, y, y_stride);
    case 3:
      return MultiplyTile<3>(x, x_stride, panel, depth, y, y_stride);
    case 4:
      return MultiplyTile<4>(x, x_stride, panel, depth, y, y_stride);
    case 5:
      return MultiplyTile<5>(x, x_stride, panel, depth, y, y_stride);
    default:
      return MultiplyTile<tile_rows>(x, x_stride, panel, depth, y, y_stride);
  }
}

// Part of a matrix's rows or columns.
struct Range {
  size_t begin, size;
};

// Calls `visit` with every block of W: a range of its rows, a range of its columns, and how many
// floats of packed blocks precede it.
template <class Visit>
HWY_INLINE void VisitBlocks(size_t features, size_t outputs, const Visit& visit) {
  const size_t width = TileColumns();
  size_t offset = 0;
  for (size_t column = 0; column < outputs; column += block_columns) {
    const Range columns{column, HWY_MIN(block_columns, outputs - column)};
    for (size_t k = 0; k < features; k += block_depth) {
      const Range depth{k, HWY_MIN(block_depth, features - k)};
      visit(depth, columns, offset);
      offset += depth.size * ((columns.size + width - 1) / width * width);
    }
  }
}

// Copies W into panels of TileColumns() columns, each row after row; columns beyond W's last become
// 0.
inline void PackWeights(std::span<const float> w, size_t outputs, std::span<float> packed) {
  const size_t width = TileColumns();
  VisitBlocks(w.size() / outputs, outputs, [&](Range depth, Range columns, size_t offset) HWY_ATTR {
    float* HWY_RESTRICT to = packed.data() + offset;
    for (size_t column = 0; column < columns.size; column += width) {
      const size_t used = HWY_MIN(width, columns.size - column);
      for (size_t k = 0; k < depth.size; ++k, to += width) {
        const float* row = w.data() + (depth.begin + k) * outputs + columns.begin + column;
        for (size_t i = 0; i < used; ++i) to[i] = row[i];
        for (size_t i = used; i < width; ++i) to[i] = 0;
      }
    }
  });
}

// y += x * (a panel of W) in some rows. Its columns fill the panel, except perhaps a last few.
inline void MultiplyPanel(const Layer& layer, Range rows, Range depth, const float* panel,
                          Range columns) {
  const size_t width = TileColumns();
  for (size_t row = rows.begin; row < rows.begin + rows.size; row += tile_rows) {
    const size_t count = HWY_MIN(tile_rows, rows.begin + rows.size - row);
    const float* x = &layer.x[row * layer.features + depth.begin];
    float* y = &layer.y[row * layer.outputs + columns.begin];
    if (columns.size == width) {
      MultiplyRows(count, x, layer.features, panel, depth.size, y, layer.outputs);
      continue;
    }
    float edge[tile_rows * 2 * HWY_MAX_BYTES / sizeof(float)] = {};
    for (size_t r = 0; r < count; ++r) {
      for (size_t i = 0; i < columns.size; ++i) edge[r * width + i] = y[r * layer.outputs + i];
    }
    MultiplyRows(count, x, layer.features, panel, depth.size, edge, width);
    for (size_t r = 0; r < count; ++r) {
      for (size_t i = 0; i < columns.size; ++i) y[r * layer.outputs + i] = edge[r * width + i];
    }
  }
}

// y += x * (a block of W), which is packed.
inline void MultiplyBlock(const Layer& layer, Range depth, Range columns, const float* packed) {
  const size_t width = TileColumns();
  for (size_t row = 0; row < layer.batch; row += block_rows) {
    const Range rows{row, HWY_MIN(block_rows, layer.batch - row)};
    for (size_t column = 0; column < columns.size; column += width) {
      MultiplyPanel(layer, rows, depth, packed + column * depth.size,
                    {columns.begin + column, HWY_MIN(width, columns.size - column)});
    }
  }
}

// Blocked as by Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008),
// without packing X, whose rows are read in order anyway.
inline void ApplyLayer(const Layer& layer) {
  for (size_t row = 0; row < layer.batch; ++row) {
    for (size_t i = 0; i < layer.outputs; ++i) layer.y[row * layer.outputs + i] = layer.b[i];
  }
  VisitBlocks(layer.features, layer.outputs,
              [&](Range depth, Range columns, size_t offset)
                  HWY_ATTR { MultiplyBlock(layer, depth, columns, layer.packed.data() + offset); });
}

}  // namespace gapmeter_linear_layer::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // GAPMETER_LINEAR_LAYER_INL_H
