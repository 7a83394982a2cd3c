// Answers kept under the Idempotency-Key of their requests (draft-ietf-httpapi-idempotency-key-header): a request that
// is repeated because its answer was lost is answered again, not carried out again. Bounded: the oldest answer makes
// room; while all are being worked on, further keys are turned away.
#pragma once
#include <list>
#include <map>
#include <string>

#include "base/time.hpp"

namespace frontdesk::protocol {

/// An answer as far as it can be given again.
struct KeptAnswer {
  int status = 0;
  std::string content_type;
  std::string location;
  std::string entity_tag;
  std::string body;
};

struct Claim {
  enum class Kind {
    fresh,       ///< carry it out, then keep() or release()
    kept,        ///< give `answer`
    under_way,   ///< 409
    other_body,  ///< the key was used for another request: 422
    full,        ///< 503
  };
  Kind kind = Kind::fresh;
  KeptAnswer answer;
};

class AnswerMemory {
 public:
  struct Bounds {
    std::size_t answers = 1000;
    std::size_t bytes = 16U << 20U;  ///< of bodies
    base::Duration lifetime = base::seconds(24 * 3600);
    base::Duration work = base::seconds(300);  ///< after which somebody who claimed is given up
  };
  explicit AnswerMemory(Bounds bounds) : bounds_(bounds) {}

  /// `key` includes who asks and what; `fingerprint` is of the whole request.
  Claim claim(const std::string& key, const std::string& fingerprint, base::Instant now);
  void keep(const std::string& key, KeptAnswer answer, base::Instant now);
  /// It came to nothing: the same key may be tried again.
  void release(const std::string& key);
  std::size_t size() const { return kept_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string fingerprint;
    bool under_way = true;
    base::Instant since;
    KeptAnswer answer;
    std::list<const std::string*>::iterator turn;
  };
  using Entries = std::map<std::string, Entry>;
  void forget(Entries::iterator entry);
  void forget_old(base::Instant now);
  bool make_room();

  Bounds bounds_;
  Entries kept_;
  std::list<const std::string*> oldest_;
  std::size_t bytes_ = 0;
};

}  // namespace frontdesk::protocol
