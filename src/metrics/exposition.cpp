#include "metrics/exposition.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace frontdesk::metrics {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.15g", value);
  return text.data();
}

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

std::string_view name_of(Exposition::Kind kind) {
  switch (kind) {
    case Exposition::Kind::counter:
      return "counter";
    case Exposition::Kind::gauge:
      return "gauge";
    case Exposition::Kind::histogram:
      return "histogram";
  }
  return "untyped";
}

}  // namespace

void Exposition::family(std::string_view name, Kind kind, std::string_view help) {
  family_ = name;
  text_ += "# HELP " + family_ + " " + escaped(help, false) + "\n# TYPE " + family_ + " ";
  text_ += name_of(kind);
  text_ += '\n';
}

void Exposition::line(std::string_view suffix, double value, const Labels& labels) {
  text_ += family_;
  text_ += suffix;
  if (!labels.empty()) {
    char before = '{';
    for (const auto& [name, content] : labels) {
      text_ += before;
      text_.append(name).append("=\"").append(escaped(content, true)).append("\"");
      before = ',';
    }
    text_ += '}';
  }
  text_ += " " + number(value) + "\n";
}

void Exposition::sample(double value, const Labels& labels) {
  line("", value, labels);
}

void Exposition::histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    const auto bound = i < bounds.size() ? number(bounds[i]) : std::string("+Inf");
    line("_bucket", static_cast<double>(below), {{"le", bound}});
  }
  line("_sum", sum, {});
  line("_count", static_cast<double>(below), {});
}

void Exposition::counter(std::string_view name, std::string_view help, double value) {
  family(name, Kind::counter, help);
  sample(value);
}

void Exposition::gauge(std::string_view name, std::string_view help, double value) {
  family(name, Kind::gauge, help);
  sample(value);
}

}  // namespace frontdesk::metrics
