#include "providers/local_llm/text_embedder.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <unordered_map>

namespace frontdesk::local_llm {
namespace {

constexpr std::string_view kDomain = "embedding.use_lite";
constexpr std::string_view kSpace = "\u2581";  // SentencePiece writes a space as this
constexpr int kReservedTokens = 6;             // <unk>, <s>, </s> and three spare ones
constexpr std::size_t kMaxTokens = 128;
constexpr double kUnknownPenalty = -20;
constexpr int kInputSize = 256;
constexpr int kHeads = 4;
constexpr int kInnerSize = 1536;
constexpr int kVocabulary = 8000;
constexpr float kEmbeddingScale = 2;  // tied to the graph: embeddings are doubled before the timing signal
constexpr double kNormEpsilon = 1e-6;

using Matrix = std::vector<float>;

// Vectorised even in debug builds, and not slowed by sanitizers, which would make loading a business take minutes.
#define FRONTDESK_HOT_LOOP __attribute__((optimize("O3"), no_sanitize("thread", "address", "undefined")))

struct Layer {
  int input = 0;  ///< width; the output is kEmbeddingSize
  const float *norm_scale, *norm_bias, *qkv, *qkv_bias, *out, *out_bias;
  const float *project = nullptr, *project_bias = nullptr;  ///< widens the residual when input differs
  const float *inner_scale, *inner_bias, *inner1, *inner1_bias, *inner2, *inner2_bias;
};

/// out[rows x width] = in[rows x depth] * weights[depth x width] + bias. Four rows at a time, so that the
/// weights stream through the cache once for four tokens.
FRONTDESK_HOT_LOOP void four_rows(const float* in, int depth, const float* weights, int width, float* out) {
  for (int d = 0; d < depth; ++d) {
    const float a0 = in[d], a1 = in[depth + d], a2 = in[2 * depth + d], a3 = in[3 * depth + d];
    const float* w = weights + static_cast<std::ptrdiff_t>(d) * width;
    for (int j = 0; j < width; ++j) {
      out[j] += a0 * w[j];
      out[width + j] += a1 * w[j];
      out[2 * width + j] += a2 * w[j];
      out[3 * width + j] += a3 * w[j];
    }
  }
}

FRONTDESK_HOT_LOOP void one_row(const float* in, int depth, const float* weights, int width, float* out) {
  for (int d = 0; d < depth; ++d) {
    const float a = in[d];
    const float* w = weights + static_cast<std::ptrdiff_t>(d) * width;
    for (int j = 0; j < width; ++j) out[j] += a * w[j];
  }
}

Matrix affine(const Matrix& in, int rows, int depth, const float* weights, const float* bias, int width) {
  Matrix out(static_cast<std::size_t>(rows) * static_cast<std::size_t>(width));
  for (int row = 0; row < rows; ++row)
    std::copy(bias, bias + width, out.begin() + static_cast<std::ptrdiff_t>(row) * width);
  int row = 0;
  for (; row + 4 <= rows; row += 4)
    four_rows(&in[static_cast<std::size_t>(row * depth)], depth, weights, width,
              &out[static_cast<std::size_t>(row * width)]);
  for (; row < rows; ++row)
    one_row(&in[static_cast<std::size_t>(row * depth)], depth, weights, width,
            &out[static_cast<std::size_t>(row * width)]);
  return out;
}

Matrix normalised(const Matrix& in, int rows, int width, const float* scale, const float* bias) {
  Matrix out(in.size());
  for (int row = 0; row < rows; ++row) {
    const float* x = &in[static_cast<std::size_t>(row * width)];
    float* y = &out[static_cast<std::size_t>(row * width)];
    double mean = 0, square = 0;
    for (int j = 0; j < width; ++j) mean += static_cast<double>(x[j]);
    mean /= width;
    for (int j = 0; j < width; ++j) square += (static_cast<double>(x[j]) - mean) * (static_cast<double>(x[j]) - mean);
    const double factor = 1 / std::sqrt(square / width + kNormEpsilon);
    for (int j = 0; j < width; ++j) {
      y[j] = static_cast<float>((static_cast<double>(x[j]) - mean) * factor) * scale[j] + bias[j];
    }
  }
  return out;
}

/// Softmax of one query row against all keys of a head; `qkv` is [rows x 3*width].
std::vector<float> attention_weights(const Matrix& qkv, int rows, int width, int head, int query) {
  const int size = width / kHeads;
  const float scale = 1 / std::sqrt(static_cast<float>(size));
  const float* q = &qkv[static_cast<std::size_t>(query * 3 * width + head * size)];
  std::vector<float> weights(static_cast<std::size_t>(rows));
  for (int key = 0; key < rows; ++key) {
    const float* k = &qkv[static_cast<std::size_t>(key * 3 * width + width + head * size)];
    weights[static_cast<std::size_t>(key)] =
        scale * dot({q, static_cast<std::size_t>(size)}, {k, static_cast<std::size_t>(size)});
  }
  const float highest = *std::max_element(weights.begin(), weights.end());
  float sum = 0;
  for (float& w : weights) sum += w = std::exp(w - highest);
  for (float& w : weights) w /= sum;
  return weights;
}

Matrix attend(const Matrix& qkv, int rows, int width) {
  const int size = width / kHeads;
  Matrix out(static_cast<std::size_t>(rows * width), 0.0F);
  for (int head = 0; head < kHeads; ++head) {
    for (int query = 0; query < rows; ++query) {
      const auto weights = attention_weights(qkv, rows, width, head, query);
      float* y = &out[static_cast<std::size_t>(query * width + head * size)];
      for (int key = 0; key < rows; ++key) {
        const float* v = &qkv[static_cast<std::size_t>(key * 3 * width + 2 * width + head * size)];
        for (int j = 0; j < size; ++j) y[j] += weights[static_cast<std::size_t>(key)] * v[j];
      }
    }
  }
  return out;
}

void add(Matrix& to, const Matrix& what) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += what[i];
}

Matrix run_layer(const Layer& layer, const Matrix& in, int rows) {
  const Matrix ready = normalised(in, rows, layer.input, layer.norm_scale, layer.norm_bias);
  const Matrix qkv = affine(ready, rows, layer.input, layer.qkv, layer.qkv_bias, 3 * layer.input);
  Matrix out = affine(attend(qkv, rows, layer.input), rows, layer.input, layer.out, layer.out_bias, kEmbeddingSize);
  add(out,
      layer.project == nullptr ? in : affine(in, rows, layer.input, layer.project, layer.project_bias, kEmbeddingSize));
  const Matrix inner = normalised(out, rows, kEmbeddingSize, layer.inner_scale, layer.inner_bias);
  Matrix wide = affine(inner, rows, kEmbeddingSize, layer.inner1, layer.inner1_bias, kInnerSize);
  for (float& value : wide) value = std::max(value, 0.0F);
  add(out, affine(wide, rows, kInnerSize, layer.inner2, layer.inner2_bias, kEmbeddingSize));
  return out;
}

std::size_t utf8_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

struct Tensor {
  std::string type;
  std::size_t elements = 1;
  std::size_t offset = 0;
};

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

auto broken(const std::string& file) {
  return base::fail(base::ErrorCode::data_loss, kDomain,
                    file + " is damaged: delete it and run ./dev setup to fetch it again");
}

auto absent(const std::string& file) {
  return base::fail(base::ErrorCode::not_found, kDomain, file + " is missing: run ./dev setup to fetch it");
}

}  // namespace

float dot(std::span<const float> a, std::span<const float> b) {
  float sum = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += a[i] * b[i];
  return sum;
}

struct TextEmbedder::Model {
  struct Piece {
    double score = 0;
    int id = 0;
  };
  std::vector<float> weights;
  std::map<std::string, Tensor> tensors;
  std::unordered_map<std::string, Piece> pieces;
  std::size_t longest_piece = 0;
  const float *embeddings = nullptr, *timing = nullptr, *tanh = nullptr, *tanh_bias = nullptr;
  std::array<Layer, 2> layers{};

  base::Status read_weights(const std::string& file);
  base::Status read_manifest(const std::string& file);
  base::Status read_vocabulary(const std::string& file);
  base::Status connect(const std::string& file);
  const float* find(std::string_view suffix, std::size_t elements) const;
  bool connect_layer(int index);
};

base::Status TextEmbedder::Model::read_weights(const std::string& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return absent(file);
  const auto bytes = in.tellg();
  if (bytes <= 0 || bytes % static_cast<std::streamoff>(sizeof(float)) != 0) return broken(file);
  weights.resize(static_cast<std::size_t>(bytes) / sizeof(float));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(weights.data()), bytes);
  if (!in) return broken(file);
  return {};
}

base::Status TextEmbedder::Model::read_manifest(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absent(file);
  for (std::string line; std::getline(in, line);) {
    const auto fields = split(line, '\t');
    if (fields.size() != 4) return broken(file);
    Tensor tensor;
    tensor.type = fields[1];
    if (!fields[2].empty()) {
      for (const auto dimension : split(fields[2], ',')) {
        const auto size = number<std::size_t>(dimension);
        if (!size || *size == 0 || *size > weights.size()) return broken(file);
        tensor.elements *= *size;
        if (tensor.elements > weights.size()) return broken(file);
      }
    }
    const auto offset = number<std::size_t>(fields[3]);
    if (!offset || *offset % sizeof(float) != 0) return broken(file);
    tensor.offset = *offset / sizeof(float);
    if (tensor.elements > weights.size() || tensor.offset > weights.size() - tensor.elements) return broken(file);
    tensors.emplace(fields[0], tensor);
  }
  return {};
}

base::Status TextEmbedder::Model::read_vocabulary(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absent(file);
  int id = 0;
  for (std::string line; std::getline(in, line); ++id) {
    const auto tab = line.rfind('\t');
    if (tab == std::string::npos) return broken(file);
    const std::string_view written = std::string_view(line).substr(tab + 1);
    // The published vocabulary has no score for the few pieces with a colon: they are never chosen.
    if (id < kReservedTokens || written == "None") continue;
    const auto score = number<double>(written);
    if (!score) return broken(file);
    longest_piece = std::max(longest_piece, tab);
    pieces.emplace(line.substr(0, tab), Piece{*score, id});
  }
  if (id != kVocabulary) return broken(file);
  return {};
}

const float* TextEmbedder::Model::find(std::string_view suffix, std::size_t elements) const {
  for (const auto& [name, tensor] : tensors) {
    if (std::string_view(name).ends_with(suffix) && tensor.type == "float32" && tensor.elements == elements) {
      return weights.data() + tensor.offset;
    }
  }
  return nullptr;
}

bool TextEmbedder::Model::connect_layer(int index) {
  Layer& layer = layers[static_cast<std::size_t>(index)];
  layer.input = index == 0 ? kInputSize : kEmbeddingSize;
  const auto in = static_cast<std::size_t>(layer.input);
  constexpr std::size_t kOut = kEmbeddingSize;
  const std::string name = "Layer_" + std::to_string(index) + "/TransformerLayer/";
  const std::string norm = "layer_prepostprocess/layer_norm/layer_norm_";
  const std::string tail = "/ConcatPartitions/concat";
  layer.norm_scale = find("Encode/" + name + norm + "scale" + tail, in);
  layer.norm_bias = find("Encode/" + name + norm + "bias" + tail, in);
  layer.qkv = find(name + "MultiheadAttention/qkv_transform_single/kernel/part_0", in * 3 * in);
  layer.qkv_bias = find(name + "MultiheadAttention/qkv_transform_single/bias" + tail, 3 * in);
  layer.out = find(name + "MultiheadAttention/output_transform_single/kernel/part_0", in * kOut);
  layer.out_bias = find(name + "MultiheadAttention/output_transform_single/bias" + tail, kOut);
  layer.inner_scale = find("Encode/" + name + "FFN/" + norm + "scale" + tail, kOut);
  layer.inner_bias = find("Encode/" + name + "FFN/" + norm + "bias" + tail, kOut);
  layer.inner1 = find(name + "FFN/conv1/Tensordot/Reshape_1", kOut * kInnerSize);
  layer.inner1_bias = find(name + "FFN/conv1/bias" + tail, kInnerSize);
  layer.inner2 = find(name + "FFN/conv2/Tensordot/Reshape_1", kInnerSize * kOut);
  layer.inner2_bias = find(name + "FFN/conv2/bias" + tail, kOut);
  bool whole = layer.norm_scale && layer.norm_bias && layer.qkv && layer.qkv_bias && layer.out && layer.out_bias &&
               layer.inner_scale && layer.inner_bias && layer.inner1 && layer.inner1_bias && layer.inner2 &&
               layer.inner2_bias;
  if (layer.input != kEmbeddingSize) {
    layer.project = find(name + "dense/kernel" + tail, in * kOut);
    layer.project_bias = find(name + "dense/bias" + tail, kOut);
    whole = whole && layer.project && layer.project_bias;
  }
  return whole;
}

base::Status TextEmbedder::Model::connect(const std::string& file) {
  constexpr std::size_t kSize = kEmbeddingSize;
  embeddings = find("module/Embeddings_en", static_cast<std::size_t>(kVocabulary + 2) * kInputSize);
  timing = find("TimingSignal/ExpandDims_1", kInputSize / 2);
  tanh = find("tanh_layer_0/weights", kSize * kSize);
  tanh_bias = find("tanh_layer_0/bias", kSize);
  const bool whole = embeddings && timing && tanh && tanh_bias && connect_layer(0) && connect_layer(1);
  if (!whole) return broken(file);
  return {};
}

TextEmbedder::TextEmbedder(std::unique_ptr<const Model> model) : model_(std::move(model)) {}
TextEmbedder::~TextEmbedder() = default;

base::Result<std::shared_ptr<const TextEmbedder>> TextEmbedder::load(const std::string& directory) {
  auto model = std::make_unique<Model>();
  const std::string manifest = directory + "/manifest.tsv";
  base::Status status = model->read_weights(directory + "/weights.bin");
  if (status) status = model->read_manifest(manifest);
  if (status) status = model->read_vocabulary(directory + "/vocab.tsv");
  if (status) status = model->connect(manifest);
  if (!status) return tl::unexpected(status.error());
  return std::shared_ptr<const TextEmbedder>(new TextEmbedder(std::move(model)));
}

/// Viterbi search for the most probable pieces (Kudo 2018, unigram language model).
std::vector<int> TextEmbedder::tokens(std::string_view input) const {
  std::string text(kSpace);
  for (const char c : input) c == ' ' ? text += kSpace : text += c;
  struct Step {
    double score = -1e30;
    std::size_t from = 0;
    int id = 0;
  };
  std::vector<Step> best(text.size() + 1);
  best[0].score = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (best[at].score <= -1e29) continue;
    const auto reach = [&](std::size_t length, double score, int id) {
      Step& to = best[at + length];
      if (best[at].score + score > to.score) to = {best[at].score + score, at, id};
    };
    for (std::size_t length = 1; length <= std::min(model_->longest_piece, text.size() - at); ++length) {
      const auto piece = model_->pieces.find(text.substr(at, length));
      if (piece != model_->pieces.end()) reach(length, piece->second.score, piece->second.id);
    }
    reach(std::min(utf8_length(text[at]), text.size() - at), kUnknownPenalty, 0);
  }
  std::vector<int> ids;
  for (std::size_t at = text.size(); at > 0; at = best[at].from) ids.push_back(best[at].id);
  std::reverse(ids.begin(), ids.end());
  if (ids.size() > kMaxTokens) ids.resize(kMaxTokens);
  return ids;
}

Embedding TextEmbedder::embed(std::string_view text) const {
  constexpr std::size_t kMaxBytes = 1000;
  const auto ids = tokens(text.substr(0, kMaxBytes));
  const int rows = static_cast<int>(ids.size());
  Matrix x(ids.size() * kInputSize);
  for (int row = 0; row < rows; ++row) {
    const float* e = model_->embeddings + static_cast<std::ptrdiff_t>(ids[static_cast<std::size_t>(row)]) * kInputSize;
    for (int j = 0; j < kInputSize; ++j) {
      const float angle = static_cast<float>(row) * model_->timing[j % (kInputSize / 2)];
      x[static_cast<std::size_t>(row * kInputSize + j)] =
          kEmbeddingScale * e[j] + (j < kInputSize / 2 ? std::sin(angle) : std::cos(angle));
    }
  }
  for (const Layer& layer : model_->layers) x = run_layer(layer, x, rows);
  Matrix mean(kEmbeddingSize, 0.0F);
  for (std::size_t i = 0; i < x.size(); ++i) mean[i % kEmbeddingSize] += x[i] / static_cast<float>(rows);
  Embedding out = affine(mean, 1, kEmbeddingSize, model_->tanh, model_->tanh_bias, kEmbeddingSize);
  for (float& value : out) value = std::tanh(value);
  const float length = std::sqrt(std::max(dot(out, out), 1e-12F));
  for (float& value : out) value /= length;
  return out;
}

}  // namespace frontdesk::local_llm
