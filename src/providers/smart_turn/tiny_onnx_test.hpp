// The smallest ONNX models with given names and shapes, written byte by byte for the tests of the loader
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace frontdesk::smart_turn {

/// A protocol buffer under construction.
class Message {
 public:
  Message& number(int field, std::uint64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3);
    varint(value);
    return *this;
  }
  Message& bytes(int field, const std::string& value) {
    varint(static_cast<std::uint64_t>(field) << 3 | 2);
    varint(value.size());
    text_ += value;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>((value & 0x7F) | 0x80);
    text_ += static_cast<char>(value);
  }
  std::string text_;
};

struct TinyModel {
  std::string input = "input_features";
  std::vector<std::uint64_t> shape{1, 80, 800};
  std::string output = "logits";
  /// Applied one after the other; each takes one tensor and gives one.
  std::vector<std::string> operators{"ReduceMean", "Sigmoid"};
};

/// A float tensor's name and shape.
inline std::string value_info(const std::string& name, const std::vector<std::uint64_t>& shape) {
  constexpr std::uint64_t kFloat = 1;
  Message dimensions;
  for (const auto size : shape) dimensions.bytes(1, Message().number(1, size).text());
  const auto tensor = Message().number(1, kFloat).bytes(2, dimensions.text()).text();
  return Message().bytes(1, name).bytes(2, Message().bytes(1, tensor).text()).text();
}

inline std::string to_onnx(const TinyModel& model) {
  Message graph;
  std::string last = model.input;
  for (std::size_t i = 0; i < model.operators.size(); ++i) {
    const auto next = i + 1 == model.operators.size() ? model.output : "t" + std::to_string(i);
    graph.bytes(1, Message().bytes(1, last).bytes(2, next).bytes(4, model.operators[i]).text());
    last = next;
  }
  graph.bytes(2, "tiny").bytes(11, value_info(model.input, model.shape));
  // The output's shape is left open.
  const auto tensor = Message().number(1, 1).text();
  graph.bytes(12, Message().bytes(1, model.output).bytes(2, Message().bytes(1, tensor).text()).text());
  const auto opset = Message().bytes(1, "").number(2, 13).text();
  return Message().number(1, 8).bytes(7, graph.text()).bytes(8, opset).text();
}

}  // namespace frontdesk::smart_turn
