"""What schools, compounds and villages are called, and what only sounds like one."""

from __future__ import annotations

_STOPS = """
的 在 去 上 到 读 我 们 从 是 给 所 个 和 念 进 考 想 要 跟 离 为 被 对 放 回 有 过 了 让
帮 陪 带 用 看 说 就 也 都 很 还 把 这 那 哪 每 与 及 住 于 着 没 逛 送 像 叫 您 你 他 她
它 以 能 会 请 找 再 又 由 得 向 当 往 至 比 随 座 间 家住 来自 走进 来到 就读 搬来 今年 明年
下学期 毕业 考上 参观 我家 老家 希望 喜欢 参加 代表 放学 离开 热爱 路过 同学 老师 妹妹 弟弟 姐姐 哥哥
妈妈 爸爸 奶奶 爷爷 外婆 外公 一起 适合 可以 想念 去年 现在 附近 靠近 隔壁 对面 原来 以前 位于 家里
家在
"""
STOPS = frozenset(_STOPS.split())
"""Words that end the search for where a name begins."""
_SCHOOL_ENDS = """
小学 中学 幼儿园 幼稚园 托育园 附小 附中 实验学校 外国语学校 国际学校 特殊教育学校 聋人学校 盲人学校 盲校
聋校 特校 职业学校 职校 中专 学校 小学部 中心小学 中心校 托管班 康复中心
"""
SCHOOL_ENDS = frozenset(_SCHOOL_ENDS.split())
_NO_SCHOOL = """
乡村 山区 特殊 实验 老年 职业 普通 重点 所有 附近 隔壁 原来 现在 新 别 其他 公立 民办 农村 驾驶 音乐
美术 艺术 体育 少年 业余 周末 暑期 寄宿 双语 打工子弟 城里 镇上 县里 村里 市里 区里 同一 家 门口 小区
社区 中心 整个 大学 中小 霍格沃茨 魔法 恐龙 森林 动物 一般 当地 好 自己 即将 马上 秋天 秋季 第一 全
里 大 老 小 本 母 友好 高级 初级 普通高级 升入 升 初 幼儿园 附近的 年 月 时候 暑假 寒假 开学 不 爱
网络 森林 森 夜 下 外面 旁边 边 后 前 出 入 关 办 外国语 附属 几
"""
NO_SCHOOL = frozenset(_NO_SCHOOL.split())
SHORT_SCHOOLS = (
    "琅小(?!姐)",
    "拉小(?=的|读|上|三|四|五|六)",
    "力小",
    "游小(?!船)",
    "北小(?!街)",
    "夫小",
    "南外(?!面|地|围)",
    "金外",
    "南师附",
    "金中(?=的|读|上|河西)",
    "树人(?=读|上学|初|的)",
    "附小",
)
"""What people in the town call theirs."""
_COMPOUND_ENDS = """
小区 新村 新寓 花苑 雅苑 嘉苑 馨苑 景苑 新苑 佳苑 名苑 家苑 佳园 嘉园 雅园 馨园 名府 华府 名邸 豪庭
华庭 雅居 国际城 家属院 家属区 景园 丽景苑 新居
"""
COMPOUND_ENDS = frozenset(_COMPOUND_ENDS.split())
_NO_COMPOUND = """
我们 住 同一 同 老 旧 老旧 新 隔壁 附近 本 各 整 社区 门口 家 不同 别 其他 一 几 普通 安静 大 小
这 那 城里 县城 里 封闭 高档 文明 出
"""
NO_COMPOUND = frozenset(_NO_COMPOUND.split())
_LOOSE_COMPOUND_ENDS = """
花园 家园 公寓 山庄 新城 大院 宿舍 名城 学府 安置房 拆迁房 保障房 廉租房 公租房 经适房 片区 苑
"""
LOOSE_COMPOUND_ENDS = frozenset(_LOOSE_COMPOUND_ENDS.split())
_LOOSE_NAMES = """
秘密 空中 屋顶 植物 小 大 后 动物 美好 精神 共同 绿色 新 地球 老 一 美丽 学生 员工 大学 避暑 度假
青年 人才 开心 阳台 月季 玫瑰 彩色 创意 童话 海底 漂亮 幼儿 心灵 温馨 蝴蝶 梦想 太空 香草 百草 鸟语
恐龙 昆虫 向日葵 迷你 魔法 蔬菜 种花 别人 自家 学校 集体 自己 鹿 高等 最高 四合 科学 医 法 剧 影 戏
艺术 博物 海洋 鲜 文 御 林 冬 种满 我家 家 城市 打造 森林 机器人 未来 奥
"""
LOOSE_NAMES = frozenset(_LOOSE_NAMES.split())
_VILLAGE_ENDS = """
村 家庄 家湾 家岗 家圩 家坝 家塘 屯 村委会 家营 家凹 家洼
"""
VILLAGE_ENDS = frozenset(_VILLAGE_ENDS.split())
_NO_VILLAGE = """
农 乡 山 渔 地球 度假 民俗 奥运 新 古 水 村 全 本 邻 同 我们 城中 中国 外 美丽 一 小 整 苗 侗
民宿 文化 艺术 露营 桃花源 江南 水乡 特色 几 隔壁 好 大 老 小山 大山 美丽乡 冰雪 机器 创业 工 航天
太空
"""
NO_VILLAGE = frozenset(_NO_VILLAGE.split())
