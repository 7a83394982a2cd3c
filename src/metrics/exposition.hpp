// Figures as Prometheus reads them: the text format, version 0.0.4. Names and labels are ours and few; values of labels
// are escaped.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontdesk::metrics {

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

class Exposition {
 public:
  enum class Kind { counter, gauge, histogram };

  /// Samples follow. A family comes once.
  void family(std::string_view name, Kind kind, std::string_view help);
  void sample(double value, const Labels& labels = {});
  /// `counts`: of values up to each of `bounds` and above the one before, and above all at the end; one more than
  /// bounds.
  void histogram(std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum);
  /// A family of one sample.
  void counter(std::string_view name, std::string_view help, double value);
  void gauge(std::string_view name, std::string_view help, double value);

  const std::string& text() const { return text_; }

 private:
  void line(std::string_view suffix, double value, const Labels& labels);

  std::string family_;
  std::string text_;
};

}  // namespace frontdesk::metrics
