#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "vault/key_ring.hpp"

namespace frontdesk::vault {
namespace {

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}
Key key_from(std::string_view hex) {
  const auto bytes = from_hex(hex);
  return Key(std::span<const std::uint8_t, kKeyBytes>(bytes.data(), kKeyBytes));
}
Nonce nonce_from(std::string_view hex) {
  Nonce nonce{};
  const auto bytes = from_hex(hex);
  std::copy_n(bytes.begin(), nonce.size(), nonce.begin());
  return nonce;
}

class Vault : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-vault-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    file = folder / kMasterKeyFile;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
  std::filesystem::path file;
};

const ByteView kFor = bytes_of("recording call_1");

}  // namespace

// Test cases 13, 14 and 15 of the GCM specification (McGrew and Viega, revised 2005).
TEST(Cipher, IsAes256GcmWithoutAssociatedData) {
  const auto zero = key_from(std::string(64, '0'));
  const auto start = nonce_from(std::string(24, '0'));
  EXPECT_EQ(*seal(zero, start, {}, {}), from_hex("530f8afbc74536b9a963b4f1c4cb738b"));
  EXPECT_EQ(*seal(zero, start, {}, from_hex(std::string(32, '0'))),
            from_hex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"));
  const auto key = key_from("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto plain = from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
      "ba637b391aafd255");
  EXPECT_EQ(
      *seal(key, nonce_from("cafebabefacedbaddecaf888"), {}, plain),
      from_hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f6"
               "1e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c"));
}

// What implementations were found to accept: every single wrong bit of the tag, shorter and empty tags, tags of all
// zeros and ones, other nonces, other associated data, text without its tag.
TEST(Cipher, RefusesEveryOtherTag) {
  const auto key = key_from("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto nonce = nonce_from("cafebabefacedbaddecaf888");
  const auto about = from_hex("feedfacedeadbeef");
  for (const auto* text : {"", "00", "d9313225f88406e5a55909c5aff5269a", "d9313225f88406e5a55909c5aff5269a86"}) {
    const auto sealed = *seal(key, nonce, about, from_hex(text));
    ASSERT_TRUE(open(key, nonce, about, sealed));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      auto changed = sealed;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      EXPECT_FALSE(open(key, nonce, about, changed)) << bit;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
      EXPECT_FALSE(open(key, nonce, about, ByteView(sealed).first(size))) << size;
    for (const std::uint8_t fill : {std::uint8_t{0x00}, std::uint8_t{0xff}}) {
      auto changed = sealed;
      std::fill(changed.end() - kTagBytes, changed.end(), fill);
      EXPECT_FALSE(open(key, nonce, about, changed));
    }
    auto longer = sealed;
    longer.push_back(0);
    EXPECT_FALSE(open(key, nonce, about, longer));
    EXPECT_FALSE(open(key, nonce_from("cafebabefacedbaddecaf889"), about, sealed));
    EXPECT_FALSE(open(key, nonce, from_hex("feedfacedeadbeee"), sealed));
    EXPECT_FALSE(open(key, nonce, {}, sealed));
  }
}

// Test case 16 of the GCM specification (McGrew and Viega, revised 2005).
TEST(Cipher, IsAes256Gcm) {
  const auto key = key_from("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto nonce = nonce_from("cafebabefacedbaddecaf888");
  const auto plain = from_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
      "ba637b39");
  const auto associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto sealed = seal(key, nonce, associated, plain);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(*sealed,
            from_hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105"
                     "6828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"));
  EXPECT_EQ(*open(key, nonce, associated, *sealed), plain);
}

TEST(Cipher, RefusesEveryChangedBit) {
  const auto key = Key::random();
  const auto nonce = random_nonce();
  const auto sealed = seal(*key, *nonce, kFor, bytes_of("secret"));
  ASSERT_TRUE(sealed);
  for (std::size_t bit = 0; bit < sealed->size() * 8; ++bit) {
    auto changed = *sealed;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto opened = open(*key, *nonce, kFor, changed);
    ASSERT_FALSE(opened) << bit;
    EXPECT_EQ(opened.error().code, base::ErrorCode::data_loss);
  }
  EXPECT_FALSE(open(*key, *nonce, bytes_of("recording call_2"), *sealed));
  EXPECT_FALSE(open(*Key::random(), *nonce, kFor, *sealed));
  EXPECT_FALSE(open(*key, *random_nonce(), kFor, *sealed));
  EXPECT_FALSE(open(*key, *nonce, kFor, ByteView(*sealed).first(kTagBytes - 1)));
  EXPECT_TRUE(open(*key, *nonce, {}, *seal(*key, *nonce, {}, {}))->empty());
}

TEST_F(Vault, MakesItsKeyFileOnceAndForItsOwnerAlone) {
  const auto first = KeyRing::load_or_create(file);
  ASSERT_TRUE(first) << first.error().message;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  const auto key = Key::random();
  const auto wrapped = first->wrap(*key, kFor);
  ASSERT_TRUE(wrapped);
  EXPECT_EQ(wrapped->size(), kWrappedKeyBytes);
  const auto again = KeyRing::load_or_create(file);
  ASSERT_TRUE(again);
  EXPECT_TRUE(std::ranges::equal(again->unwrap(*wrapped, kFor)->expose(), key->expose()));
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_EQ(KeyRing::load_or_create(file).error().code, base::ErrorCode::permission_denied);
}

TEST_F(Vault, RefusesADamagedKeyFileInsteadOfMakingAnother) {
  { std::ofstream(file) << "# nothing\n"; }
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  EXPECT_EQ(KeyRing::load_or_create(file).error().code, base::ErrorCode::data_loss);
  EXPECT_FALSE(KeyRing::from_text("12ab"));
  EXPECT_FALSE(KeyRing::from_text(std::string(63, 'a') + "g"));
  std::filesystem::remove(file);
  std::filesystem::create_symlink(folder / "elsewhere", file);
  EXPECT_FALSE(KeyRing::load_or_create(file)) << "a link is not followed";
}

TEST_F(Vault, AnOldKeyOpensAndTheNewestWraps) {
  auto ring = KeyRing::load_or_create(file);
  ASSERT_TRUE(ring);
  const auto key = Key::random();
  const auto old = ring->wrap(*key, kFor);
  EXPECT_TRUE(ring->is_newest(*old));
  ASSERT_TRUE(ring->rotate(file));
  EXPECT_FALSE(ring->is_newest(*old));
  EXPECT_TRUE(ring->unwrap(*old, kFor));
  const auto renewed = ring->rewrap(*old, kFor);
  ASSERT_TRUE(renewed);
  EXPECT_TRUE(ring->is_newest(*renewed));
  EXPECT_EQ(ring->rewrap(*old, bytes_of("another")).error().code, base::ErrorCode::data_loss);
  const auto reread = KeyRing::load(file);
  ASSERT_TRUE(reread);
  EXPECT_EQ(reread->size(), 2U);
  EXPECT_TRUE(std::ranges::equal(reread->unwrap(*renewed, kFor)->expose(), key->expose()));
}

TEST_F(Vault, ASharedRingTakesOnAnotherKeyWhileItIsUsed) {
  const auto shared = std::make_shared<KeyRing>(*KeyRing::load_or_create(file));
  const auto key = *Key::random();
  const auto old = *shared->wrap(key, kFor);
  const KeyRing copy = *shared;
  auto other = *KeyRing::load(file);
  ASSERT_TRUE(other.rotate(file, "made today"));
  shared->adopt(*KeyRing::load(file));
  EXPECT_EQ(shared->ids(), other.ids());
  EXPECT_EQ(copy.size(), 1U) << "a copy stays as it was";
  EXPECT_FALSE(shared->is_newest(old));
  EXPECT_TRUE(shared->unwrap(old, kFor));
  const auto uses = shared->take_uses();
  EXPECT_EQ(uses.at(shared->ids().front()), 2) << "adopting forgets no count";
  EXPECT_EQ(uses.at(shared->ids().back()), 0);
  EXPECT_EQ(shared->take_uses().at(shared->ids().front()), 0) << "counted once";
  EXPECT_EQ(to_text(*master_key_of(old)), shared->ids().front());
  EXPECT_FALSE(master_key_of(ByteView(old).first(5)));
}

TEST_F(Vault, TakesOutOnlyAnOldKeyAndLeavesTheRestOfTheFile) {
  auto ring = *KeyRing::load_or_create(file);
  ASSERT_TRUE(ring.rotate(file, "made today"));
  const auto ids = ring.ids();
  EXPECT_EQ(KeyRing::take_out(file, ids.back()).error().code, base::ErrorCode::failed_precondition);
  EXPECT_EQ(KeyRing::take_out(file, "0123456789abcdef").error().code, base::ErrorCode::not_found);
  ASSERT_TRUE(KeyRing::take_out(file, ids.front()));
  EXPECT_EQ(KeyRing::load(file)->ids(), std::vector<std::string>{ids.back()});
  std::ifstream written(file);
  const std::string text{std::istreambuf_iterator<char>(written), {}};
  EXPECT_NE(text.find("# Master keys of frontdesk"), std::string::npos);
  EXPECT_NE(text.find("# " + ids.back() + ", made today"), std::string::npos);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  auto kept = *KeyRing::load(file);
  ASSERT_TRUE(kept.keep_from(ring, ids.front()));
  EXPECT_EQ(kept.ids(), ids) << "as the oldest";
  EXPECT_FALSE(kept.keep_from(ring, "0123456789abcdef"));
}

// An editor that leaves no newline at the end, and a key that was killed while it was written.
TEST_F(Vault, ARotationAfterAnUnfinishedLineOrALeftoverIsWhole) {
  { std::ofstream(file) << std::string(64, '1'); }
  { std::ofstream(file.string() + ".new") << "half a k"; }
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  auto ring = *KeyRing::load(file);
  ASSERT_TRUE(ring.rotate(file));
  EXPECT_EQ(KeyRing::load(file)->ids(), ring.ids());
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".new"));
}

TEST_F(Vault, AKeyThatIsThereTwiceCountsOnceAtItsLastPlace) {
  const auto ring = KeyRing::from_text(std::string(64, '1') + " " + std::string(64, '2') + " " + std::string(64, '1'));
  EXPECT_EQ(ring->size(), 2U);
  EXPECT_EQ(ring->ids().back(), KeyRing::from_text(std::string(64, '1'))->ids().front());
}

TEST_F(Vault, TheEnvironmentGoesBeforeTheFile) {
  const std::string hex(64, '7');
  const auto ring = open_key_ring(folder, hex);
  ASSERT_TRUE(ring);
  EXPECT_FALSE(std::filesystem::exists(file));
  const auto wrapped = ring->wrap(*Key::random(), kFor);
  const auto other = open_key_ring(folder, "");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->unwrap(*wrapped, kFor).error().code, base::ErrorCode::not_found);
  EXPECT_TRUE(open_key_ring(folder, "  " + hex + "\n")->unwrap(*wrapped, kFor));
}

}  // namespace frontdesk::vault
